// libjwt_auth: may this MQTT client connect, and what may it do? Its JSON Web Token says.
//
// THE THREE CALLS EVERYBODY NEEDS
//
//   jwt_auth *auth;
//   char error[256];
//   if (jwt_auth_init(config, strlen(config), NULL, &auth, error, sizeof error)
//       != JWT_AUTH_STATUS_OK) {                                // from a file: jwt_auth_init_file
//     fprintf(stderr, "%s\n", error);                           // names the option
//   }
//
//   jwt_auth_client client = { .struct_size = sizeof client };  // the rest: not sent
//   client.password.data = password;
//   client.password.len = password_len;
//   jwt_auth_result result;
//   jwt_auth_check(auth, &client, &result, NULL);
//   if (result.decision != JWT_AUTH_DECISION_ALLOW) {           // also if the call failed
//     printf("refused: %s\n", jwt_auth_reason_str(result.reason));
//   }
//
//   jwt_auth_free(auth);
//
// WHILE THE CLIENT IS CONNECTED
//
//   jwt_auth_session *session;                                  // one for each client
//   jwt_auth_check(auth, &client, &result, &session);           // NULL unless it is allowed
//
//   int32_t permission;
//   jwt_auth_session_authorize(auth, session, JWT_AUTH_ACTION_PUBLISH, topic, qos, retain,
//                              &permission);
//   switch (permission) {
//   case JWT_AUTH_PERMISSION_ALLOW:    // go on
//   case JWT_AUTH_PERMISSION_NO_MATCH: // ask the broker's own permissions
//   default:                           // refuse
//   }
//
//   jwt_auth_session_free(session);                             // when it is gone
//
// OR LET THE LIBRARY KEEP THE SESSIONS
//
//   jwt_auth_registry *clients;                                 // one for the broker
//   jwt_auth_registry_new(NULL, &clients);
//   uint64_t name = (uintptr_t)connection;                      // whatever the broker calls it
//
//   jwt_auth_registry_connect(clients, auth, name, &client, &result, NULL);
//   jwt_auth_registry_authorize(clients, auth, name, &client, JWT_AUTH_ACTION_PUBLISH, topic, qos,
//                               retain, &permission);
//   jwt_auth_registry_disconnect(clients, name, may_come_back);
//
//   jwt_auth_over over;                                         // from a timer
//   while (jwt_auth_registry_next_over(clients, auth, &over) == JWT_AUTH_STATUS_OK) {
//     if (!over.offline) { ... }                                // disconnect it
//   }
//
// WHAT HOLDS FOR ALL CALLS
//
// Two numbers. The status says whether the call did its work; the decision and the reason in the
// result say what was decided. A refused client is a call that went well. Enumerations are int32_t
// wherever a caller passes or stores one, so a library with more values than this header is
// understood by whoever takes unknown numbers for "deny" and "unknown".
//
// Failure. A call that fails has done nothing, and leaves its answers in a safe state: a pointer is
// NULL, a result says deny. A panic inside the library becomes JWT_AUTH_STATUS_INTERNAL.
//
// NULL. An argument that is NULL and must not be makes the call fail with
// JWT_AUTH_STATUS_NULL_ARGUMENT. The free functions do nothing with NULL.
//
// Strings. Input is bytes and a length; no NUL is needed, and bytes need not be UTF-8 unless said
// otherwise. The path of a file ends with a NUL. Output is UTF-8; const char * ends with a NUL,
// jwt_auth_bytes does not.
//
// Ownership. Arguments stay the caller's and are not kept, except hooks, which are copied. What a
// call makes, a verifier, a session, a registry or a text, belongs to the caller until given to its free function.
// Memory from this library is never given to free().
//
// Threads. A verifier, a session and a registry may be used by any number of threads at once, without locks.
// No call may use an argument that another thread is freeing. Verifiers share no state. Each
// `endpoint` has a thread that fetches keys, `revocations_endpoint` one that fetches revocations, and
// `revocations_file` one that looks for changes; they write log lines and take no signals. No other
// thread is started, and no call but jwt_auth_wait_ready waits for the network.
//
// Stack. A call needs up to 128 KiB of stack, and what the hooks take that it calls. No thread with a
// smaller one, as pthread_attr_setstacksize makes it, may call the library. A debug build needs twice
// as much.
//
// dlclose. The library stays in memory once it is loaded: threads that called it hold memory of its
// cryptography until they end.
//
// fork. A verifier made before fork() works in the child as well, unless another thread was in a
// call of this library, or in a hook, at that moment. The verifier's threads do not exist in the
// child, which keeps the fetched keys and the revocations that it had, until it calls
// jwt_auth_reload: that starts them anew.
//
// Growth. Structs that the caller fills begin with struct_size and may grow at their end; programs
// compiled against an older header keep working.
//
// Secrets. No token, secret or password appears in a log line or an error text.
