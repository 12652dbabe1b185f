%% Counts the decisions since the start of the plugin.
-module(emqx_jwt_auth_counters).

-export([start/0, add/1, all/0]).

-define(COUNTERS, {emqx_jwt_auth, counters}).

%% Of connections: allowed, ignored, and the reason of each refusal. Of topics: topic_*. Of the
%% plugin itself: sessions that it ended, and callbacks that crashed.
-define(NAMES, [allowed, ignored,
                missing_token, token_too_large, malformed_token, unsupported_algorithm,
                algorithm_not_allowed, unsupported_critical_header, no_key, unknown_key_id,
                keys_unavailable, bad_signature, signature_format, malformed_claims, expired,
                not_yet_valid, issued_in_future, missing_claim, claim_mismatch, bad_acl, revoked,
                wrong_token_type, ambiguous_key, wrong_issuer, lifetime_too_long, certificate_mismatch,
                identity_changed, revocations_unavailable, unknown, undecided, not_loaded,
                unconfigured,
                topic_allowed, topic_denied, topic_no_match, ended, crashed]).

%% Sets them all to 0.
-spec start() -> ok.
start() ->
    Counters = counters:new(length(?NAMES), [write_concurrency]),
    Indices = maps:from_list(lists:zip(?NAMES, lists:seq(1, length(?NAMES)))),
    persistent_term:put(?COUNTERS, {Counters, Indices}).

%% Counts one more. A name that is not in the table is counted as unknown.
-spec add(atom()) -> ok.
add(Name) ->
    {Counters, #{unknown := Unknown} = Indices} = persistent_term:get(?COUNTERS),
    counters:add(Counters, maps:get(Name, Indices, Unknown), 1).

%% All counts, in the order of the table; none before the first start.
-spec all() -> [{atom(), non_neg_integer()}].
all() ->
    case persistent_term:get(?COUNTERS, none) of
        {Counters, Indices} ->
            [{Name, counters:get(Counters, maps:get(Name, Indices))} || Name <- ?NAMES];
        none -> []
    end.
