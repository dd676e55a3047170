#include "signaling/meeting/meeting.h"
#include <gtest/gtest.h>
