#include "library.h"

const library this_library = {
    .init = jwt_auth_init,
    .init_file = jwt_auth_init_file,
    .reload = jwt_auth_reload,
    .reload_file = jwt_auth_reload_file,
    .wait_ready = jwt_auth_wait_ready,
    .free = jwt_auth_free,
    .check = jwt_auth_check,
    .recheck = jwt_auth_session_recheck,
    .renew = jwt_auth_session_renew,
    .authorize = jwt_auth_session_authorize,
    .explain = jwt_auth_explain,
    .stats = jwt_auth_stats,
    .string_free = jwt_auth_string_free,
    .session_claims = jwt_auth_session_claims,
    .session_attribute = jwt_auth_session_attribute,
    .session_username = jwt_auth_session_username,
    .session_fingerprint = jwt_auth_session_fingerprint,
    .session_free = jwt_auth_session_free,
};
