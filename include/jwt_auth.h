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

#ifndef JWT_AUTH_H
#define JWT_AUTH_H

#include <stddef.h>
#include <stdint.h>

// The version of the binary interface that this header describes. It changes when a symbol, a
// number or a field is removed or changes its meaning, and the soname with it; additions keep it.
#define JWT_AUTH_ABI_VERSION 1

// Whether a call did its work. What it decided is another question: a refused client is a call
// that went well. The numbers are never reused.
typedef enum jwt_auth_status {
  // The call did its work.
  JWT_AUTH_STATUS_OK = 0,
  // A pointer that must not be NULL is.
  JWT_AUTH_STATUS_NULL_ARGUMENT = 1,
  // The struct_size of an argument is smaller than the struct of version 1.
  JWT_AUTH_STATUS_BAD_STRUCT = 2,
  // The configuration was not accepted; the error text says which option, and why.
  JWT_AUTH_STATUS_BAD_CONFIG = 3,
  // There is no such thing, or no more of them.
  JWT_AUTH_STATUS_NOT_FOUND = 4,
  // An argument is out of its range, or has a length and no data.
  JWT_AUTH_STATUS_BAD_ARGUMENT = 5,
  // The library failed, or the clock did. Nothing was decided: treat the client as refused.
  JWT_AUTH_STATUS_INTERNAL = 6,
} jwt_auth_status;

// What to do with the client. Zero, as in memory nobody wrote, denies.
typedef enum jwt_auth_decision {
  // Refuse the connection.
  JWT_AUTH_DECISION_DENY = 0,
  // Accept the connection.
  JWT_AUTH_DECISION_ALLOW = 1,
  // Not for this library to decide: let the broker's next authenticator try. A broker without
  // another authenticator must refuse.
  JWT_AUTH_DECISION_IGNORE = 2,
} jwt_auth_decision;

// Why it was so decided: one number for each cause that an operator can act on.
//
// The numbers are part of the binary interface. They are never reused.
typedef enum jwt_auth_reason {
  // Nothing was decided, because the call failed.
  JWT_AUTH_REASON_UNDECIDED = 0,
  // The token is good for this client.
  JWT_AUTH_REASON_ACCEPTED = 1,
  // The client sent no token: the CONNECT field named by `from` is absent. See `on_missing`.
  JWT_AUTH_REASON_MISSING_TOKEN = 2,
  // The token is longer than `max_token_size`.
  JWT_AUTH_REASON_TOKEN_TOO_LARGE = 3,
  // The field does not hold a signed token (RFC 7515 section 7.1). Often it is a plain
  // password; see `on_malformed`.
  JWT_AUTH_REASON_MALFORMED_TOKEN = 4,
  // The token's `alg` is `none`, unknown, or spelled in another way.
  JWT_AUTH_REASON_UNSUPPORTED_ALGORITHM = 5,
  // The token's `alg` is not in `algorithms`.
  JWT_AUTH_REASON_ALGORITHM_NOT_ALLOWED = 6,
  // The token demands an extension that is not supported: `crit`, or `b64` other than true.
  JWT_AUTH_REASON_UNSUPPORTED_CRITICAL_HEADER = 7,
  // No configured key can verify the token's `alg`, or none of those that its `kid` names can; see
  // `on_unknown_key`. Of a session: the key that verified its token is not configured any more.
  JWT_AUTH_REASON_NO_KEY = 8,
  // The token's `kid` names no configured key, and no key without a `kid` fits its `alg`; or by
  // `kid_from` the client has no key of its name. See `on_unknown_key`.
  JWT_AUTH_REASON_UNKNOWN_KEY_ID = 9,
  // The keys of `endpoint` are not there: they have not arrived yet, or they were dropped after
  // `max_fail_count` failures. No other key fits; the client may try again. The log says why.
  JWT_AUTH_REASON_KEYS_UNAVAILABLE = 10,
  // The signature is not that of a configured key over this token: another key signed it, or it
  // was changed.
  JWT_AUTH_REASON_BAD_SIGNATURE = 11,
  // The ECDSA signature is good, but not encoded as `signature_format` says. Set that option.
  JWT_AUTH_REASON_SIGNATURE_FORMAT = 12,
  // The claims are not a strict JSON object, or `exp`, `nbf` or `iat` is no numeric date.
  JWT_AUTH_REASON_MALFORMED_CLAIMS = 13,
  // The token's `exp` has passed. If the clocks differ, see `leeway`.
  JWT_AUTH_REASON_EXPIRED = 14,
  // The token's `nbf` is yet to come. If the clocks differ, see `leeway`.
  JWT_AUTH_REASON_NOT_YET_VALID = 15,
  // The token's `iat` is yet to come, and `check_iat` is on or `max_lifetime` is set.
  JWT_AUTH_REASON_ISSUED_IN_FUTURE = 16,
  // A claim that `verify_claims`, `require_exp`, `max_lifetime` or `username_claim` asks for is
  // absent. The log names it.
  JWT_AUTH_REASON_MISSING_CLAIM = 17,
  // A claim differs from what `verify_claims` expects of this client, or that of `username_claim`
  // is no user name. The log names it.
  JWT_AUTH_REASON_CLAIM_MISMATCH = 18,
  // The token's topic permissions are malformed, or have a condition that cannot be checked; or a
  // rule of the operator that denies something cannot be kept to for this client. The log says which
  // rule, and why.
  JWT_AUTH_REASON_BAD_ACL = 19,
  // The token is named by `revocations_file`, or by the list of `revocations_endpoint`.
  JWT_AUTH_REASON_REVOKED = 20,
  // The header's `typ` is not among those of `token_type`, or there is none. The log shows it.
  JWT_AUTH_REASON_WRONG_TOKEN_TYPE = 21,
  // More keys fit the token than `max_key_trials`, so none was tried: it has no `kid`, or one that
  // no key has, or one that many share. Give each key a `kid` that its tokens name, or raise that
  // option.
  JWT_AUTH_REASON_AMBIGUOUS_KEY = 22,
  // The token is signed by a key of another issuer than the one that its `iss` names, which does not
  // have this key. See `issuers`.
  JWT_AUTH_REASON_WRONG_ISSUER = 23,
  // The token is good for longer, from its `iat` to its `exp`, than `max_lifetime` allows.
  JWT_AUTH_REASON_LIFETIME_TOO_LONG = 24,
  // The token is bound to a TLS certificate by the claim `cnf` (RFC 8705), and the client did not
  // connect with this certificate. See `certificate_binding`.
  JWT_AUTH_REASON_CERTIFICATE_MISMATCH = 25,
  // A session was to be renewed by a token of somebody else: its `iss`, its `sub` or, by
  // `username_claim`, its user name is not that of the session. The log says which.
  JWT_AUTH_REASON_IDENTITY_CHANGED = 26,
  // No list has come from `revocations_endpoint` yet, so it is not known whether the token is revoked.
  JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE = 27,
} jwt_auth_reason;

// What a client wants to do with a topic. A caller passes the number.
typedef enum jwt_auth_action {
  // Publish a message to the topic.
  JWT_AUTH_ACTION_PUBLISH = 1,
  // Subscribe to the topic filter.
  JWT_AUTH_ACTION_SUBSCRIBE = 2,
  // Be sent a message that was published to the topic, for brokers that ask at each delivery.
  JWT_AUTH_ACTION_RECEIVE = 3,
} jwt_auth_action;

// Whether the client may. Zero, as in memory nobody wrote, denies.
typedef enum jwt_auth_permission {
  // Refuse.
  JWT_AUTH_PERMISSION_DENY = 0,
  // Let it happen.
  JWT_AUTH_PERMISSION_ALLOW = 1,
  // The token says nothing about it: the broker's own rules decide.
  JWT_AUTH_PERMISSION_NO_MATCH = 2,
} jwt_auth_permission;

// How much a log line matters.
typedef enum jwt_auth_log_level {
  // The library cannot do its work.
  JWT_AUTH_LOG_LEVEL_ERROR = 1,
  // It works, and something should be changed: a weak secret, a key that was skipped, keys that
  // cannot be fetched, a client about whose topics nobody says anything but the broker.
  JWT_AUTH_LOG_LEVEL_WARN = 2,
  // What was loaded or fetched, and every client refused, with the reason; of one reason in one second ten
  // clients, and then the number of the others. Topic permissions that never match.
  JWT_AUTH_LOG_LEVEL_INFO = 3,
  // Every client accepted or left to the next authenticator, those others, topics that are denied, and
  // failures that were told before.
  JWT_AUTH_LOG_LEVEL_DEBUG = 4,
} jwt_auth_log_level;

// What the table knows of a client, on its connection and under its user name. A number that the
// library adds later is to be taken for "absent".
enum jwt_auth_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // It has no session here: the broker's own rules decide.
  JWT_AUTH_STATE_ABSENT = 0,
  // It is connected.
  JWT_AUTH_STATE_CONNECTED = 1,
  // It is gone and may come back. Its session answers for its will, and for what is queued for it.
  JWT_AUTH_STATE_OFFLINE = 2,
  // Its token has expired, was revoked or lost its key, and the broker was told.
  // Everything is denied to it.
  JWT_AUTH_STATE_OVER = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum jwt_auth_state jwt_auth_state;
#else
typedef int32_t jwt_auth_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A verifier: one configuration with its keys, parsed and ready.
//
// Made by jwt_auth_init or jwt_auth_init_file, ended by jwt_auth_free. Share one between any number
// of threads. A process may have several; they know nothing of each other.
typedef struct jwt_auth jwt_auth;

// The table of clients: which connection has which session, who is offline, and whose time has come.
//
// Made by jwt_auth_registry_new, ended by jwt_auth_registry_free. It is for brokers that do not keep
// sessions themselves. Any number of threads may use one at once. Verifiers are given to each call.
typedef struct jwt_auth_registry jwt_auth_registry;

// What one accepted token grants one client. It does not change, and any number of threads may use
// it at once.
//
// Made by jwt_auth_check, jwt_auth_session_renew, jwt_auth_registry_connect or jwt_auth_registry_renew,
// ended by jwt_auth_session_free. Keep it while the client is connected:
//
//   jwt_auth_session_authorize   may the client use this topic?
//   jwt_auth_session_recheck     is the token still good?
//   jwt_auth_session_renew       may the client go on by this new token?
//   jwt_auth_session_claims      what the token says, as JSON
//   jwt_auth_session_attribute   the token's client_attrs, one by one
//   jwt_auth_session_username    the user name by `username_claim`
//   jwt_auth_session_fingerprint the token's name in the log
//
// It may outlive the verifier, and be asked about with another one.
typedef struct jwt_auth_session jwt_auth_session;

// Takes one log line.
//
// userdata is that of jwt_auth_hooks, level a jwt_auth_log_level. line is one line of UTF-8
// without control characters, ended by a NUL, and lives until the function returns. It never
// holds a token, a secret or a password; a token is named by the first 8 hexadecimal digits of
// its SHA-256. Lines about a check are written by the thread that called jwt_auth_check, before
// it returns; lines about an `endpoint` by the thread that fetches its keys. Of the clients that are
// refused for one reason in one second, those beyond the tenth are written at level DEBUG, and the
// next call with the verifier in a later second, whichever it is, writes their number at level INFO;
// so do jwt_auth_reload and jwt_auth_free. The function may be called from any thread, also from
// several at once. It must not call this library, and must not throw or longjmp.
typedef void (*jwt_auth_log_fn)(void *userdata, int32_t level, const char *line);

// Tells the time in Unix seconds; for tests, and for brokers that keep a clock of their own.
//
// userdata is that of jwt_auth_hooks. A negative time, as time() returns when it fails, makes the
// call fail with JWT_AUTH_STATUS_INTERNAL. The function may be called from any thread, also from
// several at once: on every check, and by the thread of an `endpoint`. It should not block. It must
// not call this library, and must not throw or longjmp.
typedef int64_t (*jwt_auth_clock_fn)(void *userdata);

// What a verifier may call. Optional: NULL, or a struct of zeros with struct_size zero as well, is
// no log and the system clock.
typedef struct jwt_auth_hooks {
  // sizeof(jwt_auth_hooks) as the caller was compiled. It may grow as jwt_auth_client may.
  size_t struct_size;
  // Takes log lines. NULL: nothing is logged.
  jwt_auth_log_fn log;
  // Tells the time. NULL: the system clock does.
  jwt_auth_clock_fn clock;
  // Handed to both functions; never looked at. It must live until jwt_auth_free returns.
  void *userdata;
} jwt_auth_hooks;

// A run of bytes that need not end with a NUL.
//
// data NULL and len 0: not there, such as a field the client did not send. data set and len 0:
// there, and empty. data NULL and len not 0: an error, JWT_AUTH_STATUS_BAD_ARGUMENT.
typedef struct jwt_auth_bytes {
  // The first byte.
  const uint8_t *data;
  // How many bytes there are.
  size_t len;
} jwt_auth_bytes;

// Who is connecting: fields of the CONNECT packet, filled by the caller.
//
// Zero it, set struct_size, and set what the client sent. The bytes are read during the call only.
typedef struct jwt_auth_client {
  // sizeof(jwt_auth_client) as the caller was compiled. The struct may grow at its end: a
  // larger one is accepted, and what this version does not know is ignored.
  size_t struct_size;
  // The client identifier.
  struct jwt_auth_bytes client_id;
  // The user name.
  struct jwt_auth_bytes username;
  // The password.
  struct jwt_auth_bytes password;
  // The address the client connects from, such as "192.0.2.7" or "2001:db8::7", for topic
  // permissions that depend on it. Optional: without it, such a rule denies but does not allow.
  struct jwt_auth_bytes peer_address;
  // The certificate that the client showed in the TLS handshake, in DER. Optional: without it, a
  // token that its claim cnf binds to a certificate is refused; see `certificate_binding`.
  struct jwt_auth_bytes peer_certificate;
} jwt_auth_client;

// The decision about a client. It is written whole by every call that is given one, also by a
// call that fails; all zero reads as "deny". Its 24 bytes are final.
typedef struct jwt_auth_result {
  // What to do: a jwt_auth_decision.
  int32_t decision;
  // Why: a jwt_auth_reason. For the broker's log; tell the client no more than the code below.
  int32_t reason;
  // End the session at this Unix second: the first at which the token has expired, leeway
  // included. At most 253402300799, in the year 9999. 0: do not end it.
  int64_t expires_at;
  // 1: the token's claim is_superuser, or whichever superuser_claim_name says, makes the client one;
  // skip topic permission checks. Otherwise 0.
  uint8_t superuser;
  // The CONNACK reason code for an MQTT 5 client: 0x00, 0x86, 0x87 or 0x88.
  uint8_t mqtt5_code;
  // The CONNACK return code for an MQTT 3 client: 0, 3, 4 or 5.
  uint8_t mqtt3_code;
  // Zero.
  uint8_t reserved[5];
} jwt_auth_result;

// How many clients a registry remembers, and how often it asks. Zero it, set struct_size, and set the
// rest; 20,000 and 10 are what a NULL in its place says.
typedef struct jwt_auth_registry_options {
  // sizeof(jwt_auth_registry_options) as the caller was compiled. It may grow as jwt_auth_client may.
  size_t struct_size;
  // How many clients that are offline are remembered, those whose time is over among them. Beyond,
  // those who went first are forgotten. 0: nobody is remembered.
  size_t max_offline;
  // Every session is asked within this time, in seconds, whether it is still good. 0: 10.
  uint32_t recheck_seconds;
} jwt_auth_registry_options;

// A client whose time has come. Its 40 bytes are final.
typedef struct jwt_auth_over {
  // Its connection.
  uint64_t connection;
  // Its client identifier, as it was given to jwt_auth_registry_connect; data NULL: it sent none. Lives
  // until the next jwt_auth_registry_next_over or jwt_auth_registry_free.
  struct jwt_auth_bytes client_id;
  // Why: JWT_AUTH_REASON_EXPIRED, JWT_AUTH_REASON_REVOKED or JWT_AUTH_REASON_NO_KEY.
  int32_t reason;
  // 1: it was offline, so there is nothing to disconnect. Otherwise 0.
  uint8_t offline;
  // Zero.
  uint8_t reserved[11];
} jwt_auth_over;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Makes a verifier from a configuration: a JSON object, as docs/configuration.md
// describes it.
//
// Key files are read during the call, and keys parsed once. Warnings, such as one of a weak
// secret, go to the log hook. With an `endpoint` a thread is started that fetches its keys; the
// call does not wait for them, and until they have come, or if they cannot be fetched, tokens that
// need them are refused with JWT_AUTH_REASON_KEYS_UNAVAILABLE. The same holds for the list of
// `revocations_endpoint`, without which all are refused with
// JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE.
//
// config: the JSON text, UTF-8, config_len bytes, no NUL needed; not kept. It may hold secrets,
// and wiping it is up to the caller.
// hooks: NULL for none; copied, but its userdata must live until jwt_auth_free returns.
// auth: receives the verifier, or NULL if the call fails. End it with jwt_auth_free.
// error: receives a sentence, ended by a NUL, that says what is wrong and names the option; empty
// if nothing is. It quotes no value but the path of a file, and is cut between characters at
// error_len bytes. May be NULL; 256 bytes are enough for most.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if config or auth is NULL; BAD_STRUCT if hooks has a
// wrong struct_size; BAD_CONFIG if the configuration was not accepted; BAD_ARGUMENT if config_len
// is no length an object can have; INTERNAL if the library failed.
//
// Any thread may call it, at any time.
//
// The pointers are NULL or valid for what is said above, and error_len bytes may be written to
// error.
enum jwt_auth_status jwt_auth_init(const char *config,
                                   size_t config_len,
                                   const struct jwt_auth_hooks *hooks,
                                   struct jwt_auth **auth,
                                   char *error,
                                   size_t error_len);

// Replaces the configuration of a verifier, for all of its users at once: reads the JSON text and
// the files it names as jwt_auth_init does, and then takes them in the place of the old ones.
//
// A configuration that is not accepted changes nothing. If `endpoint` and `ssl` stay as they were,
// so do the keys that were fetched, and the next fetch is when it would have been; `headers` are
// used for the next one, which comes soon if they changed. With another `endpoint`, its keys have
// yet to come. Ask jwt_auth_session_recheck about the clients that are connected: the keys that
// verified their tokens may be gone, and tokens may be revoked.
//
// auth: the verifier. Its hooks stay.
// config, error: as for jwt_auth_init.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if auth or config is NULL; BAD_CONFIG if the
// configuration was not accepted; BAD_ARGUMENT if config_len is no length an object can have;
// INTERNAL if the library failed.
//
// Any thread may call it, at any time but during jwt_auth_free; of two at once, one waits for the
// other, and both for a hook that a thread of the old configuration is running: hold no lock that the
// hook takes. Other threads may go on to use the verifier: they never wait, and each of their calls is
// answered by one of the two configurations.
//
// The pointers are NULL or valid for what is said above, auth came from the library and is not
// freed meanwhile, and error_len bytes may be written to error.
enum jwt_auth_status jwt_auth_reload(struct jwt_auth *auth,
                                     const char *config,
                                     size_t config_len,
                                     char *error,
                                     size_t error_len);

// Decides whether a client may connect.
//
// auth: the verifier.
// client: who is connecting; struct_size must be set. Not kept.
// result: receives the decision. It says deny before anything else is done, and still does if
// the call fails.
// session: receives what an accepted token grants, and NULL in every other case. End it with
// jwt_auth_session_free. NULL if it is not wanted.
//
// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if auth,
// client or result is NULL; BAD_STRUCT if client has a wrong struct_size; BAD_ARGUMENT if a field
// of client has a length and no data; INTERNAL if the library or the clock failed.
//
// Any number of threads may call it at once with one verifier. It neither blocks nor waits for
// the network: the keys of an `endpoint` are those that were fetched before the call. An RSA or
// ECDSA signature takes it tens to hundreds of microseconds for each key that is tried, which are
// no more than `max_key_trials` of the configuration.
//
// The pointers are NULL or valid for what is said above; auth came from the library and is not
// freed meanwhile.
enum jwt_auth_status jwt_auth_check(const struct jwt_auth *auth,
                                    const struct jwt_auth_client *client,
                                    struct jwt_auth_result *result,
                                    struct jwt_auth_session **session);

// Waits until every endpoint has answered once, well or not: those of key sets, of discovery
// documents and of revocations. This is the one call that waits.
//
// It is for tools, tests, and brokers that would rather start late than refuse clients with
// JWT_AUTH_REASON_KEYS_UNAVAILABLE or JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE. Without an endpoint
// it returns at once. When another configuration is taken meanwhile, its endpoints are waited for,
// and the old ones no more. In a child made by fork() whose endpoints have no threads, it does not
// wait.
//
// auth: the verifier.
// milliseconds: the longest time to wait; 0 only looks.
//
// Returns JWT_AUTH_STATUS_OK if every endpoint has brought what it is for; NOT_FOUND if one has not:
// it failed, which the log tells, or the time is over; NULL_ARGUMENT if auth is NULL; INTERNAL if
// the library failed.
//
// Any thread may call it, at any time but during jwt_auth_free, which must not be called before it
// has returned.
//
// auth is NULL or came from the library, and is not freed meanwhile.
enum jwt_auth_status jwt_auth_wait_ready(const struct jwt_auth *auth,
                                         uint32_t milliseconds);

// Ends a verifier and wipes its secrets. When it returns no hook is running, and none will be
// called again. Sessions live on.
//
// A fetch from an `endpoint` is cut. The thread that fetches ends by itself, within 5 seconds if it
// is just connecting, or when the system gives up looking for the host name; it is not waited for,
// and touches nothing but its own memory. A hook that is running on it is waited for, so the caller
// must not hold a lock that the hook takes.
//
// auth: NULL does nothing. No other call may use it meanwhile or afterwards.
//
// auth is NULL or came from the library, and was not freed before.
void jwt_auth_free(struct jwt_auth *auth);

// Makes a verifier from a configuration that is in a file, as jwt_auth_init does from one in memory.
//
// The file is a regular one of at most 16 MiB. Relative paths in it start from the working directory of
// the process, and not from where the file is. What was read is wiped.
//
// path: where the file is: bytes as the system takes them, ended by a NUL. Not kept.
// hooks, auth: as for jwt_auth_init.
// error: as for jwt_auth_init; a sentence about the configuration begins with the path of the file.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if path or auth is NULL; BAD_STRUCT if hooks has a wrong
// struct_size; BAD_CONFIG if the file cannot be read, or the configuration was not accepted; INTERNAL
// if the library failed.
//
// Any thread may call it, at any time. It waits for the disk that the file is on, and for nobody else:
// what is no regular file, such as a pipe, is refused.
//
// The pointers are NULL or valid for what is said above, and error_len bytes may be written to
// error.
enum jwt_auth_status jwt_auth_init_file(const char *path,
                                        const struct jwt_auth_hooks *hooks,
                                        struct jwt_auth **auth,
                                        char *error,
                                        size_t error_len);

// Replaces the configuration of a verifier by the one in a file, as jwt_auth_reload does by one in
// memory.
//
// A file that cannot be read changes nothing, and is counted as a configuration that was not accepted
// is.
//
// auth: the verifier. Its hooks stay.
// path, error: as for jwt_auth_init_file.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if auth or path is NULL; BAD_CONFIG if the file cannot be
// read, or the configuration was not accepted; INTERNAL if the library failed.
//
// Threads: as for jwt_auth_reload. Of two at once, each reads the file when it is its turn, so the last
// one to do so has the newer file.
//
// The pointers are NULL or valid for what is said above, auth came from the library and is not freed
// meanwhile, and error_len bytes may be written to error.
enum jwt_auth_status jwt_auth_reload_file(struct jwt_auth *auth,
                                          const char *path,
                                          char *error,
                                          size_t error_len);

// Gives the claims of an accepted token: its payload, a JSON object, byte for byte as signed.
//
// session: the session.
// json: receives the bytes, without a NUL at their end. They belong to the session and live until
// jwt_auth_session_free. Left as data NULL and len 0 if the call fails.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if an argument is NULL.
//
// Any number of threads may call it at once with one session.
//
// The pointers are NULL or valid; session came from the library and is not freed meanwhile.
enum jwt_auth_status jwt_auth_session_claims(const struct jwt_auth_session *session,
                                             struct jwt_auth_bytes *json);

// Gives one of the client attributes of an accepted token: a member of its claim client_attrs, in the
// order of the token. Numbers and booleans are given as text; members of other types are left out.
//
// session: the session.
// index: which one, from 0.
// name, value: receive the bytes, UTF-8, without a NUL at their end. They belong to the session and
// live until jwt_auth_session_free. Left as data NULL and len 0 if the call fails.
//
// Returns JWT_AUTH_STATUS_OK; NOT_FOUND if there are no more than index of them; NULL_ARGUMENT if
// session, name or value is NULL.
//
// Any number of threads may call it at once with one session.
//
// The pointers are NULL or valid; session came from the library and is not freed meanwhile.
enum jwt_auth_status jwt_auth_session_attribute(const struct jwt_auth_session *session,
                                                size_t index,
                                                struct jwt_auth_bytes *name,
                                                struct jwt_auth_bytes *value);

// Gives the user name of a client that the option username_claim says: the one to be used in the place
// of what the client sent.
//
// session: the session.
// username: receives the bytes, UTF-8 and not empty, without a NUL at their end. They may hold any
// character, a NUL, line breaks and the wildcards of MQTT among them: look at them before they are
// given to anybody who takes those for something else. They belong to the session and live until
// jwt_auth_session_free. Left as data NULL and len 0 if the call fails.
//
// Returns JWT_AUTH_STATUS_OK; NOT_FOUND if username_claim was not set when the client was accepted, so
// that its user name is the one that it sent; NULL_ARGUMENT if an argument is NULL.
//
// Any number of threads may call it at once with one session.
//
// The pointers are NULL or valid; session came from the library and is not freed meanwhile.
enum jwt_auth_status jwt_auth_session_username(const struct jwt_auth_session *session,
                                               struct jwt_auth_bytes *username);

// Gives the name of an accepted token, as in the log lines about it: the first 8 hexadecimal digits of
// its SHA-256, in lower case. A caller's own log lines can name a client by it: a client identifier may
// be a secret, because some devices send their token in every field.
//
// session: the session.
// text: receives the digits and a NUL, 9 bytes in all; an empty text if the call fails.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if an argument is NULL. There is no other failure.
//
// Any number of threads may call it at once with one session.
//
// session is NULL or valid, came from the library and is not freed meanwhile; text is NULL or has 9
// bytes that may be written.
enum jwt_auth_status jwt_auth_session_fingerprint(const struct jwt_auth_session *session,
                                                  char text[9]);

// Decides whether a connected client may do something with a topic.
//
// A session whose token expired or was revoked is denied everything, and so are a topic name with wildcards or a
// NUL, a topic filter that MQTT forbids, an empty topic, and one that is not UTF-8. Beyond that a
// superuser is allowed everything, and a token without topic permissions says nothing: NO_MATCH.
// A subscription is allowed by a rule that covers all of its topics, and denied by one that covers
// any of them.
//
// auth: a verifier; it tells the time, and need not be the one that made the session.
// session: the session.
// action: a jwt_auth_action.
// topic: the topic name; for JWT_AUTH_ACTION_SUBSCRIBE the topic filter as the client sent it, with
// $share/GROUP/ or $queue/ if it has that.
// qos: 0, 1 or 2: of the message, or the one asked for by the subscription. Not looked at for
// JWT_AUTH_ACTION_RECEIVE.
// retain: 1 if the message is to be retained, else 0. Looked at for JWT_AUTH_ACTION_PUBLISH only.
// permission: receives a jwt_auth_permission. It says deny before anything else is done, and still
// does if the call fails.
//
// Returns JWT_AUTH_STATUS_OK if something was decided; NULL_ARGUMENT if auth, session, permission or
// the data of topic is NULL; BAD_ARGUMENT if topic has a length and no data, or action, qos or retain
// is out of its range; INTERNAL if the library or the clock failed.
//
// Any number of threads may call it at once with one session. It does not allocate but for a log
// line, and takes a fraction of a microsecond: call it for each message.
//
// The pointers are NULL or valid; auth and session are not freed meanwhile.
enum jwt_auth_status jwt_auth_session_authorize(const struct jwt_auth *auth,
                                                const struct jwt_auth_session *session,
                                                int32_t action,
                                                struct jwt_auth_bytes topic,
                                                uint8_t qos,
                                                uint8_t retain,
                                                int32_t *permission);

// Decides whether the client of a session would still be accepted, without its token: for brokers
// that look after their clients from time to time, or after a change.
//
// It refuses with JWT_AUTH_REASON_EXPIRED if the session has reached its expires_at, with
// JWT_AUTH_REASON_REVOKED if the token was revoked, and with JWT_AUTH_REASON_NO_KEY if auth has not
// got the key that verified the token, under whatever name; not while keys are yet to be fetched.
// The decision is allow or deny, never ignore, and no line is logged about it.
//
// auth: a verifier; it need not be the one that made the session.
// session: the session.
// result: receives the decision, as from jwt_auth_check. It says deny before anything else is done,
// and still does if the call fails.
//
// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if an argument
// is NULL; INTERNAL if the library or the clock failed.
//
// Any number of threads may call it at once with one session. It does not allocate.
//
// The pointers are NULL or valid; auth and session are not freed meanwhile.
enum jwt_auth_status jwt_auth_session_recheck(const struct jwt_auth *auth,
                                              const struct jwt_auth_session *session,
                                              struct jwt_auth_result *result);

// Decides whether a client that is connected may go on by another token: for MQTT 5, where a client
// authenticates anew with an AUTH packet, without leaving.
//
// It is jwt_auth_check, and one thing more: the token must be the same client's. Its claims iss and sub
// must be those of the session, of the same JSON type and there or absent alike, and so must its user
// name where both have one by the option username_claim; else the reason is
// JWT_AUTH_REASON_IDENTITY_CHANGED, which comes after every other. The decision is allow or deny, never
// ignore. It is counted as a check, and a log line says "renewed" or "renewal refused".
//
// auth: a verifier; it need not be the one that made the session.
// session: the session that the client has. It stays as it is, whatever is decided, and is still to be
// freed; whether it is still good is not asked.
// client: as for jwt_auth_check, with the new token in the field that `from` names, and otherwise as the
// client connected.
// result: receives the decision. It says deny before anything else is done, and still does if the call
// fails.
// renewed: receives what the new token grants, and NULL in every other case. End it with
// jwt_auth_session_free. NULL if it is not wanted. Not where the caller keeps session, which would be
// lost.
//
// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if auth, session,
// client or result is NULL; BAD_STRUCT if client has a wrong struct_size; BAD_ARGUMENT if a field of
// client has a length and no data; INTERNAL if the library or the clock failed.
//
// Threads and time: as for jwt_auth_check.
//
// The pointers are NULL or valid for what is said above; auth and session are not freed meanwhile.
enum jwt_auth_status jwt_auth_session_renew(const struct jwt_auth *auth,
                                            const struct jwt_auth_session *session,
                                            const struct jwt_auth_client *client,
                                            struct jwt_auth_result *result,
                                            struct jwt_auth_session **renewed);

// Ends a session. What jwt_auth_session_claims, jwt_auth_session_attribute and
// jwt_auth_session_username gave is gone with it.
//
// session: NULL does nothing. No other call may use it meanwhile or afterwards.
//
// session is NULL or came from the library, and was not freed before.
void jwt_auth_session_free(struct jwt_auth_session *session);

// Makes a table without a client.
//
// A client is named by its connection, a number or a pointer of the broker's own: of those that are
// present no two have the same, and it may be used again later. What the table holds of it answers
// for the connection, the client identifier and the user name together, so a connection that is used
// again, or a client that the broker admits without asking, inherits nothing. All times are those of
// the verifier's clock.
//
// options: NULL for 20,000 offline clients and 10 seconds.
// registry: receives the table, or NULL if the call fails. End it with jwt_auth_registry_free.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if registry is NULL; BAD_STRUCT if options has a wrong
// struct_size; INTERNAL if the library failed.
//
// Any thread may call it, at any time.
//
// The pointers are NULL or valid; options has as many bytes as its struct_size says.
enum jwt_auth_status jwt_auth_registry_new(const struct jwt_auth_registry_options *options,
                                           struct jwt_auth_registry **registry);

// Ends a table, with the sessions in it. Those that a call has handed out live on.
//
// registry: NULL does nothing. No other call may use it meanwhile or afterwards.
//
// registry is NULL or came from jwt_auth_registry_new, and was not freed before.
void jwt_auth_registry_free(struct jwt_auth_registry *registry);

// Decides whether a client may connect, as jwt_auth_check does, and keeps its session if it may.
//
// What the connection had is dropped first, whatever is decided. If the client is accepted, the
// sessions of offline clients with its client identifier are dropped as well; one that is still
// connected stays until jwt_auth_registry_disconnect tells of it, since its will is yet to be asked
// about. It may be called again for a client that is there, as Mosquitto does after SIGHUP.
//
// registry: the table.
// auth: the verifier.
// connection: the broker's name of the connection.
// client: as for jwt_auth_check.
// result: receives the decision. It says deny before anything else is done, and still does if the
// call fails.
// session: receives a handle of the caller's own to what the client is granted, and NULL in every
// other case. End it with jwt_auth_session_free. NULL if it is not wanted.
//
// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if registry,
// auth, client or result is NULL, BAD_STRUCT if client has a wrong struct_size, and BAD_ARGUMENT if
// a field of client has a length and no data: then nothing is changed; INTERNAL if the library or
// the clock failed: then the connection has no session.
//
// Any number of threads may call it at once, each for another connection.
//
// The pointers are NULL or valid for what is said above; registry and auth are not freed meanwhile.
enum jwt_auth_status jwt_auth_registry_connect(struct jwt_auth_registry *registry,
                                               const struct jwt_auth *auth,
                                               uint64_t connection,
                                               const struct jwt_auth_client *client,
                                               struct jwt_auth_result *result,
                                               struct jwt_auth_session **session);

// Takes a new token of a client that is connected, as jwt_auth_session_renew does, and keeps its new
// session in the place of the old one.
//
// A refused renewal leaves the old session as it is: disconnecting the client is up to the broker.
//
// registry, auth, connection: as for jwt_auth_registry_connect.
// client: who is connected, with the new token. Its client identifier and user name are those that
// jwt_auth_registry_state is asked with.
// result: receives the decision, allow or deny. It says deny before anything else is done, and still
// does if the call fails.
// session: receives a handle of the caller's own to what the client is granted now, and NULL in every
// other case. End it with jwt_auth_session_free. NULL if it is not wanted.
//
// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NOT_FOUND if the client is not
// JWT_AUTH_STATE_CONNECTED; NULL_ARGUMENT if registry, auth, client or result is NULL; BAD_STRUCT if
// client has a wrong struct_size; BAD_ARGUMENT if a field of client has a length and no data;
// INTERNAL if the library or the clock failed. A call that fails changes nothing.
//
// Any number of threads may call it at once, each for another connection.
//
// The pointers are NULL or valid for what is said above; registry and auth are not freed meanwhile.
enum jwt_auth_status jwt_auth_registry_renew(struct jwt_auth_registry *registry,
                                             const struct jwt_auth *auth,
                                             uint64_t connection,
                                             const struct jwt_auth_client *client,
                                             struct jwt_auth_result *result,
                                             struct jwt_auth_session **session);

// Decides whether a client may do something with a topic, as jwt_auth_session_authorize does.
//
// A client that has no session here is left to the broker: NO_MATCH. That is so for whoever has
// another client identifier or user name than the client that was accepted on this connection.
// Everything is denied to a client that jwt_auth_registry_next_over gave.
//
// registry, auth, connection: as for jwt_auth_registry_connect.
// client: who asks. Its client_id and username are as they were at jwt_auth_registry_connect, and the
// user name is that of `username_claim` where this is set; a client that sent none is answered for
// without one as well. The other fields are not looked at.
// action, topic, qos, retain, permission: as for jwt_auth_session_authorize.
//
// Returns JWT_AUTH_STATUS_OK if something was decided; NULL_ARGUMENT if registry, auth, client,
// permission or the data of topic is NULL; BAD_STRUCT if client has a wrong struct_size; BAD_ARGUMENT
// if client_id, username or topic has a length and no data, or action, qos or retain is out of its
// range; INTERNAL if the library or the clock failed.
//
// Any number of threads may call it at once. It allocates for a log line only, and no other call keeps
// it waiting for longer than a look-up: call it for each message.
//
// The pointers are NULL or valid; registry and auth are not freed meanwhile.
enum jwt_auth_status jwt_auth_registry_authorize(const struct jwt_auth_registry *registry,
                                                 const struct jwt_auth *auth,
                                                 uint64_t connection,
                                                 const struct jwt_auth_client *client,
                                                 int32_t action,
                                                 struct jwt_auth_bytes topic,
                                                 uint8_t qos,
                                                 uint8_t retain,
                                                 int32_t *permission);

// Tells what the table knows of a client.
//
// registry, connection: as for jwt_auth_registry_connect.
// client: as for jwt_auth_registry_authorize.
// state: receives a jwt_auth_state; JWT_AUTH_STATE_ABSENT if the call fails.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if registry, client or state is NULL; BAD_STRUCT if client
// has a wrong struct_size; BAD_ARGUMENT if client_id or username has a length and no data; INTERNAL if
// the library failed.
//
// Any number of threads may call it at once. It does not allocate.
//
// The pointers are NULL or valid; registry is not freed meanwhile.
enum jwt_auth_status jwt_auth_registry_state(const struct jwt_auth_registry *registry,
                                             uint64_t connection,
                                             const struct jwt_auth_client *client,
                                             int32_t *state);

// Tells the table that a connection is closed.
//
// registry: the table.
// connection: the broker's name of the connection.
// offline: 1 if the broker may still ask about the client: for its will, which may be delayed, or for
// messages that are queued for it. What it was granted goes on answering until its client identifier
// connects again, its connection is used again, or more clients than max_offline went after it. A
// second call changes nothing. 0 if it will not: its session is dropped.
//
// Returns JWT_AUTH_STATUS_OK; NOT_FOUND if there is no such connection, as after a refusal;
// NULL_ARGUMENT if registry is NULL; BAD_ARGUMENT if offline is over 1; INTERNAL if the library failed.
//
// Any number of threads may call it at once, each for another connection.
//
// registry is NULL or came from jwt_auth_registry_new, and is not freed meanwhile.
enum jwt_auth_status jwt_auth_registry_disconnect(struct jwt_auth_registry *registry,
                                                  uint64_t connection,
                                                  uint8_t offline);

// Gives a client whose token has expired, was revoked or has lost its key, so that the broker can
// disconnect it. Call it from a timer, until it returns NOT_FOUND.
//
// Each client is given once: within a second after its expires_at, and within recheck_seconds after
// it was revoked or lost its key, if it is called at least that often; once a second is best. From then
// on everything is denied to it, until jwt_auth_registry_connect, or jwt_auth_registry_disconnect with
// offline 0, is called for its connection; one that is offline stays as jwt_auth_registry_disconnect
// says. So the broker's own rules never decide about a client whose token is over. A client that has a
// new session meanwhile is judged by that.
//
// registry: the table.
// auth: the verifier.
// over: receives the client; all zero if there is none, or if the call fails.
//
// Returns JWT_AUTH_STATUS_OK if there is one; NOT_FOUND if there is none now; NULL_ARGUMENT if an
// argument is NULL; INTERNAL if the library or the clock failed.
//
// One thread at a time may call it; others may use the table meanwhile. A broker with several threads
// must see to it that the connection is not used again by another client before it is disconnected.
//
// The pointers are NULL or valid; registry and auth are not freed meanwhile.
enum jwt_auth_status jwt_auth_registry_next_over(struct jwt_auth_registry *registry,
                                                 const struct jwt_auth *auth,
                                                 struct jwt_auth_over *over);

// Tells how many clients the table has, without those that jwt_auth_registry_next_over gave.
//
// registry: the table.
// connected, offline: receive the numbers; 0 if the call fails.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if an argument is NULL; INTERNAL if the library failed.
//
// Any number of threads may call it at once.
//
// The pointers are NULL or valid; registry is not freed meanwhile.
enum jwt_auth_status jwt_auth_registry_counts(const struct jwt_auth_registry *registry,
                                              size_t *connected,
                                              size_t *offline);

// Tells what jwt_auth_check would decide about a client, and why: all that is wrong, and not the
// first reason alone.
//
// The text is a JSON object. `decision` and `reason` are names in lower case; `token` is the name of
// the token in the log, and null of what has not the form of a token or is too large; `alg` and
// `kid` are those of its header; `issuer` is the one of `issuers` that its `iss` names, and null for
// the top level; `expires_at` is as in jwt_auth_result, and null for 0 and for a refusal; `cached`
// says whether the signature is remembered. `steps` has every check in order: `check` is its name,
// `outcome` is "passed", "failed" or "not_reached", and `detail` a sentence of at most 200 characters
// with the values that decide, null where it was not reached. No secret, password or token is in the
// text; claims are.
//
// Nobody is accepted by it: it makes no session, writes no log line, counts and remembers nothing,
// and asks no endpoint for a key.
//
// auth: the verifier.
// client: as for jwt_auth_check.
// json: receives the text, which ends with a NUL; NULL if the call fails. End it with
// jwt_auth_string_free.
//
// Returns JWT_AUTH_STATUS_OK if something was decided, be it a refusal; NULL_ARGUMENT if an argument
// is NULL; BAD_STRUCT if client has a wrong struct_size; BAD_ARGUMENT if a field of client has a
// length and no data; INTERNAL if the library or the clock failed.
//
// Any number of threads may call it at once with one verifier. It verifies the signature each time.
//
// The pointers are NULL or valid for what is said above; auth came from the library and is not
// freed meanwhile.
enum jwt_auth_status jwt_auth_explain(const struct jwt_auth *auth,
                                      const struct jwt_auth_client *client,
                                      char **json);

// Tells what was counted since a verifier was made, in Prometheus' text format (version 0.0.4): what
// an HTTP endpoint answers to a scrape, or a file of node_exporter's textfile collector holds. The
// families and their labels are in docs/operating.md. Counters survive jwt_auth_reload. It tells no
// token, and nothing that a client has sent: labels are texts of the library, the `iss` of the issuers
// that are configured, and the `kid` of their keys.
//
// auth: the verifier.
// prometheus_text: receives the text, ended by a NUL, or NULL if the call fails. End it with
// jwt_auth_string_free.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if an argument is NULL; INTERNAL if the library failed.
//
// Any number of threads may call it at once with one verifier. It adds up what each thread has
// counted, and is meant for once in a few seconds. The numbers are read one after the other, while
// others count.
//
// The pointers are NULL or valid for what is said above; auth came from the library and is not
// freed meanwhile.
enum jwt_auth_status jwt_auth_stats(const struct jwt_auth *auth,
                                    char **prometheus_text);

// Says which lines the log hook is to be given from now on: those of a level and of the levels before
// it. Until it is called, the hook is given all.
//
// A line that nobody wants costs nothing. Each client that is accepted has one at level DEBUG, which
// takes about as long as all the rest of the check of a token that was seen before. Of a client that
// was accepted while DEBUG was not wanted, later lines about its topics show neither name nor topic.
//
// auth: the verifier. Without a log hook nothing is said.
// level: a jwt_auth_log_level.
//
// Returns JWT_AUTH_STATUS_OK; NULL_ARGUMENT if auth is NULL; BAD_ARGUMENT if there is no such level;
// INTERNAL if the library failed.
//
// Any number of threads may call it at once with one verifier, before each check if need be: it costs
// next to nothing.
//
// auth is NULL or came from the library, and is not freed meanwhile.
enum jwt_auth_status jwt_auth_set_log_level(const struct jwt_auth *auth,
                                            int32_t level);

// Ends a text that the library made.
//
// text: NULL does nothing. It is as the library gave it: the caller has not changed it. No other call
// may use it meanwhile or afterwards.
//
// Any thread may call it, also one that did not ask for the text, and also after jwt_auth_free.
//
// text is NULL or came from jwt_auth_explain or jwt_auth_stats, and was not freed before.
void jwt_auth_string_free(char *text);

// The name of a jwt_auth_status, such as "bad_config"; "unknown" for any other number.
//
// Never NULL. The text is static: it is not freed, and any thread may read it.
const char *jwt_auth_status_str(int32_t status);

// The name of a jwt_auth_reason, such as "expired"; "unknown" for any other number.
//
// Never NULL. The text is static: it is not freed, and any thread may read it.
const char *jwt_auth_reason_str(int32_t reason);

// The name of a jwt_auth_decision, such as "deny"; "unknown" for any other number.
//
// Never NULL. The text is static: it is not freed, and any thread may read it.
const char *jwt_auth_decision_str(int32_t decision);

// The version of the library that is running, such as "0.1.0".
//
// Never NULL. The text is static: it is not freed, and any thread may read it.
const char *jwt_auth_version(void);

// The version of the binary interface of the library that is running. A program that loads the
// library by itself compares it with JWT_AUTH_ABI_VERSION before any other call. Any thread may
// call it.
uint32_t jwt_auth_abi_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* JWT_AUTH_H */
