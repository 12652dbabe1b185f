// The header needs nothing before it, and may be met twice. Compiled as C and as C++.
#include "jwt_auth.h"
#include "jwt_auth.h"
