// Whether Intel's ipsec-mb is there and this CPU has what it needs. Only for the sources of this folder.
#pragma once

#include "media/crypto/srtp.h"
#ifdef PLENARY_IPSEC_MB
#define NO_COMPAT_IMB_API_053  // its old names are macros, SHA1 among them
#include <intel-ipsec-mb.h>
#endif

namespace plenary::crypto {

// "ipsec-mb avx2"; null: not here.
const char* ipsec_mb_name();
// Never `best`, and never what is not here.
SrtpEngine resolve(SrtpEngine wish);

#ifdef PLENARY_IPSEC_MB
// A manager for one thread: jobs pass through its state. Null: not here.
IMB_MGR* make_ipsec_mb();
// One for all threads, read-only: for functions without state.
const IMB_MGR* ipsec_mb();
#endif

}  // namespace plenary::crypto
