#include "server/journal/journal.h"

#include <gtest/gtest.h>
