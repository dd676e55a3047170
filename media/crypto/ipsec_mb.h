// Whether Intel's ipsec-mb is there, and which of its kernels this CPU can run. Only for the sources of this folder.
#pragma once

#include "media/crypto/srtp.h"
#ifdef PLENARY_IPSEC_MB
#define NO_COMPAT_IMB_API_053  // its old names are macros, SHA1 among them
#include <intel-ipsec-mb.h>
#endif

namespace plenary::crypto {

// What PLENARY_SRTP says: "openssl", or a kernel; `best` where it says nothing that we know.
SrtpEngine engine_named(const char* wish);
// `openssl` or a kernel, which is here: `openssl` for a kernel that is not.
SrtpEngine resolve(SrtpEngine wish);
// Of one that is resolved: "ipsec-mb avx2", "openssl evp".
const char* engine_name(SrtpEngine engine);

#ifdef PLENARY_IPSEC_MB
// A manager for one thread: jobs pass through its state. Null: that kernel is not here.
IMB_MGR* make_ipsec_mb(SrtpEngine kernel);
// One for all threads, read-only: for functions without state. Null: it is not here, or no kernel.
const IMB_MGR* ipsec_mb(SrtpEngine kernel);
#endif

}  // namespace plenary::crypto
