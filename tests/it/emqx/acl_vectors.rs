//! What EMQX answered to ACL claims when it was asked, row by row, and what is answered here.
//!
//! The client has the id `c1`, the user name `u1`, the address 192.0.2.7 and the attribute `g` with
//! the value `g1`, but for what its row says.

use std::collections::HashSet;

use crate::harness::session::{Ask, PUBLISH, SUBSCRIBE};
use crate::harness::{Connect, broker, token};
use jwt_auth::{Permission, Reason};
use serde_json::{Value, json};

/// Name | claim | request | client | EMQX | here | why it is not EMQX's answer.
///
/// EMQX is 6.2.2. It says `refused` where it refuses the client, and `crash` where an exception
/// leaves the client, or its request, to whatever comes next. In the list form, `@` stands for
/// `"permission":"allow","action":"pub"`, and `!` for `"permission":"deny","action":"all"`.
const ROWS: &str = r##"
pub a/b -> pub a/b            | {"pub":["a/b"]}                      | pub a/b     | | allow   | allow   |
pub a/b -> sub a/b            | {"pub":["a/b"]}                      | sub a/b     | | deny    | deny    |
all a/b -> pub                | {"all":["a/b"]}                      | pub a/b     | | allow   | allow   |
all a/b -> sub                | {"all":["a/b"]}                      | sub a/b     | | allow   | allow   |
{} -> pub                     | {}                                   | pub a/b     | | deny    | deny    |
[] -> pub                     | []                                   | pub a/b     | | nomatch | nomatch |
null acl                      | null                                 | pub a/b     | | crash   | bad_acl | a defect refuses the client
string acl                    | "a/b"                                | pub a/b     | | crash   | bad_acl | a defect refuses the client
pub is string not list        | {"pub":"a/b"}                        | pub a/b     | | crash   | bad_acl | a defect refuses the client
pub bad type, sub ok -> sub   | {"pub":"a/b","sub":["a/b"]}          | sub a/b     | | crash   | bad_acl | a defect refuses the client
pub [1]                       | {"pub":[1]}                          | pub a/b     | | crash   | bad_acl | a defect refuses the client
pub [1, a/b]                  | {"pub":[1,"a/b"]}                    | pub a/b     | | crash   | bad_acl | a defect refuses the client
pub [a/b, 1]                  | {"pub":["a/b",1]}                    | pub a/b     | | crash   | bad_acl | a defect refuses the client
unknown key publish           | {"publish":["a/b"]}                  | pub a/b     | | deny    | bad_acl | a defect refuses the client
upper PUB                     | {"PUB":["a/b"]}                      | pub a/b     | | deny    | bad_acl | a defect refuses the client
# -> pub a/b                  | {"pub":["#"]}                        | pub a/b     | | allow   | allow   |
# -> pub $SYS/x               | {"pub":["#"]}                        | pub $SYS/x  | | deny    | deny    |
# -> sub $SYS/#               | {"sub":["#"]}                        | sub $SYS/#  | | deny    | deny    |
+/x -> pub $SYS/x             | {"pub":["+/x"]}                      | pub $SYS/x  | | deny    | deny    |
$SYS/# -> sub $SYS/x          | {"sub":["$SYS/#"]}                   | sub $SYS/x  | | allow   | allow   |
a/# -> pub a                  | {"pub":["a/#"]}                      | pub a       | | allow   | allow   |
a/+ -> pub a/                 | {"pub":["a/+"]}                      | pub a/      | | allow   | allow   |
a/+ -> pub a                  | {"pub":["a/+"]}                      | pub a       | | deny    | deny    |
+ -> pub /a                   | {"pub":["+"]}                        | pub /a      | | deny    | deny    |
/+ -> pub /a                  | {"pub":["/+"]}                       | pub /a      | | allow   | allow   |
a/+ -> sub a/+                | {"sub":["a/+"]}                      | sub a/+     | | allow   | allow   |
a/+ -> sub a/#                | {"sub":["a/+"]}                      | sub a/#     | | allow   | deny    | a/# is no subset: escalation
+ -> sub #                    | {"sub":["+"]}                        | sub #       | | allow   | deny    | # is no subset: escalation
a/b -> sub a/+                | {"sub":["a/b"]}                      | sub a/+     | | deny    | deny    |
a/b -> sub a/#                | {"sub":["a/b"]}                      | sub a/#     | | deny    | deny    |
a/# -> sub a/+/c              | {"sub":["a/#"]}                      | sub a/+/c   | | allow   | allow   |
a/# -> sub #                  | {"sub":["a/#"]}                      | sub #       | | deny    | deny    |
a/+/c -> sub a/#              | {"sub":["a/+/c"]}                    | sub a/#     | | deny    | deny    |
a/+/c -> sub a/#/c            | {"sub":["a/+/c"]}                    | sub a/#/c   | | allow   | deny    | it is no filter
a//b -> pub a//b              | {"pub":["a//b"]}                     | pub a//b    | | allow   | allow   |
case A/b -> a/b               | {"pub":["A/b"]}                      | pub a/b     | | deny    | deny    |
#/a invalid filter -> pub x/a | {"pub":["#/a"]}                      | pub x/a     | | deny    | deny    |
a# -> pub a#                  | {"pub":["a#"]}                       | pub a#      | | allow   | deny    | it is neither a filter nor a topic name
a# -> pub ab                  | {"pub":["a#"]}                       | pub ab      | | deny    | deny    |
empty filter '' -> pub ''     | {"pub":[""]}                         | pub         | | allow   | deny    | a topic is not empty
$share/g/a -> sub a           | {"sub":["$share/g/a"]}               | sub a       | | deny    | deny    |
${username}/t -> u1/t         | {"pub":["${username}/t"]}            | pub u1/t    | | allow   | allow   |
${clientid}/t -> c1/t         | {"pub":["${clientid}/t"]}            | pub c1/t    | | allow   | allow   |
x-${username}-y -> x-u1-y     | {"pub":["x-${username}-y"]}          | pub x-u1-y  | | allow   | allow   |
undefined -> ${username}      | {"pub":["${username}"]}              | pub ${username} | user: none | deny | deny |
undefined -> undefined        | {"pub":["${username}"]}              | pub undefined | user: none | allow | deny | what was not sent never matches
undefined -> ''               | {"pub":["${username}"]}              | pub         | user: none | deny | deny |
x/${username} undefined -> x/ | {"pub":["x/${username}"]}            | pub x/      | user: none | deny | deny |
${username}/# user '+'        | {"pub":["${username}/#"]}            | pub zz/1    | user: + | allow | deny | a value is no wildcard
${username} user '#'          | {"pub":["${username}"]}              | pub zz/1    | user: # | allow | deny | a value is no wildcard
${username} user 'a/b'        | {"pub":["${username}"]}              | pub a/b     | user: a/b | allow | deny | a value is part of one level
${client_attrs.g}/t           | {"pub":["${client_attrs.g}/t"]}      | pub g1/t    | | allow   | allow   |
${client_attrs.g} missing     | {"pub":["${client_attrs.g}"]}        | pub g1      | no attributes | deny | deny |
${zone}/t                     | {"pub":["${zone}/t"]}                | pub z/t     | | allow   | bad_acl | it is EMQX's own, and cannot be filled in
${cert_common_name}/t         | {"pub":["${cert_common_name}/t"]}    | pub cn/t    | | allow   | bad_acl | it is EMQX's own, and cannot be filled in
${peerhost} literal           | {"pub":["${peerhost}"]}              | pub 192.0.2.7 | | deny  | bad_acl | an unknown placeholder is a defect
${peerhost} literal2          | {"pub":["${peerhost}"]}              | pub ${peerhost} | | allow | bad_acl | an unknown placeholder is a defect
eq a/# -> sub a/#             | {"sub":["eq a/#"]}                   | sub a/#     | | allow   | allow   |
eq a/# -> sub a/b             | {"sub":["eq a/#"]}                   | sub a/b     | | deny    | deny    |
eq ${username}                | {"sub":["eq ${username}"]}           | sub ${username} | | allow | allow |
%u/t -> u1/t                  | {"pub":["%u/t"]}                     | pub u1/t    | | deny    | allow   | it is a placeholder, as in 4.4.19
v2 allow pub topic            | [{@,"topic":"a"}]                    | pub a       | | allow   | allow   |
v2 allow pub, nomatch         | [{@,"topic":"a"}]                    | pub b       | | nomatch | nomatch |
v2 deny all                   | [{!,"topic":"#"}]                    | pub a       | | deny    | deny    |
v2 first match wins           | [{!,"topic":"a"},{@,"topic":"a"}]    | pub a       | | deny    | deny    |
v2 topics list                | [{@,"topics":["b","a"]}]             | pub a       | | allow   | allow   |
v2 topic & topics both        | [{@,"topic":"b","topics":["a"]}]     | pub a       | | nomatch | bad_acl | one of the two would be dropped
v2 topic null, topics         | [{@,"topic":null,"topics":["a"]}]    | pub a       | | allow   | allow   |
v2 topics []                  | [{@,"topics":[]}]                    | pub a       | | nomatch | nomatch |
v2 topics [1]                 | [{@,"topics":[1]}]                   | pub a       | | crash   | bad_acl | a defect refuses the client
v2 topic list                 | [{@,"topic":["a"]}]                  | pub a       | | refused | bad_acl |
v2 no topic                   | [{@}]                                | pub a       | | refused | bad_acl |
v2 permission Allow           | [{"permission":"Allow","action":"pub","topic":"a"}] | pub a | | refused | bad_acl |
v2 action PUB                 | [{"permission":"allow","action":"PUB","topic":"a"}] | pub a | | refused | bad_acl |
v2 qos 1 vs pub q0            | [{@,"topic":"a","qos":1}]            | pub a       | | nomatch | nomatch |
v2 qos [0,1] vs q0            | [{@,"topic":"a","qos":[0,1]}]        | pub a       | | allow   | allow   |
v2 qos '0,2' vs q0            | [{@,"topic":"a","qos":"0,2"}]        | pub a       | | allow   | allow   |
v2 qos ['0'] vs q0            | [{@,"topic":"a","qos":["0"]}]        | pub a       | | allow   | allow   |
v2 qos [] vs q0               | [{@,"topic":"a","qos":[]}]           | pub a       | | nomatch | nomatch |
v2 qos null                   | [{@,"topic":"a","qos":null}]         | pub a       | | allow   | allow   |
v2 qos 3                      | [{@,"topic":"a","qos":3}]            | pub a       | | refused | bad_acl |
v2 qos [3]                    | [{@,"topic":"a","qos":[3]}]          | pub a       | | refused | bad_acl |
v2 qos 1.0                    | [{@,"topic":"a","qos":1.0}]          | pub a       | | refused | bad_acl |
v2 retain true vs R0          | [{!,"topic":"a","retain":true}]      | pub a       | | nomatch | nomatch |
v2 retain true vs R1          | [{!,"topic":"a","retain":true}]      | pub+r a     | | deny    | deny    |
v2 retain 'all' vs R1         | [{!,"topic":"a","retain":"all"}]     | pub+r a     | | deny    | deny    |
v2 retain 1 vs R1             | [{!,"topic":"a","retain":1}]         | pub+r a     | | deny    | deny    |
v2 retain 'yes'               | [{!,"topic":"a","retain":"yes"}]     | pub a       | | refused | bad_acl |
v2 all+retain true on sub     | [{!,"topic":"a","retain":true}]      | sub a       | | deny    | deny    |
v2 sub+retain junk            | [{"permission":"deny","action":"sub","topic":"a","retain":"junk"}] | sub a | | deny | bad_acl | a defect refuses the client
v2 clientid_re ^c match       | [{@,"topic":"a","clientid_re":"^c"}] | pub a       | | allow   | allow   |
v2 clientid_re ^x nomatch     | [{@,"topic":"a","clientid_re":"^x"}] | pub a       | | nomatch | nomatch |
v2 username_re 1 unanchored   | [{@,"topic":"a","username_re":"1"}]  | pub a       | | allow   | allow   |
v2 username_re bad regex      | [{@,"topic":"a","username_re":"("}]  | pub a       | | refused | bad_acl |
v2 clientid exact (ignored)   | [{@,"topic":"a","clientid":"other"}] | pub a       | | allow   | nomatch | no condition is dropped
v2 ipaddr cidr match          | [{@,"topic":"a","ipaddr":"192.0.2.0/24"}] | pub a  | | allow   | allow   |
v2 ipaddr nomatch             | [{@,"topic":"a","ipaddr":"10.0.0.0/8"}]   | pub a  | | nomatch | nomatch |
v2 ipaddr invalid             | [{@,"topic":"a","ipaddr":"10.0.0.0/99"}]  | pub a  | | crash   | bad_acl | a defect refuses the client
v2 zone match                 | [{@,"topic":"a","zone":"default"}]   | pub a       | | allow   | bad_acl | it is EMQX's own, and cannot be checked
v2 listener match             | [{@,"topic":"a","listener":"tcp:default"}] | pub a | | allow   | bad_acl | it is EMQX's own, and cannot be checked
v2 [1]                        | [1]                                  | pub a       | | refused | bad_acl |
v2 [{}]                       | [{}]                                 | pub a       | | refused | bad_acl |
v2 bad 2nd rule, 1st matches  | [{@,"topic":"a"},{}]                 | pub a       | | refused | bad_acl |
"##;

/// The same of rows that only EMQX 4.4.19 was asked.
const ROWS_OF_4_4: &str = r#"
%c/t -> c1/t                  | {"pub":["%c/t"]}                     | pub c1/t    | | allow   | allow   |
x-%u substring -> x-u1        | {"pub":["x-%u"]}                     | pub x-u1    | | deny    | allow   | a placeholder stands anywhere in a level
x-%u literal -> x-%u          | {"pub":["x-%u"]}                     | pub x-%u    | | allow   | deny    | a literal % is written %%
%u undefined -> %u            | {"pub":["%u"]}                       | pub %u      | user: none | crash | deny | what was not sent never matches
%u undefined -> undefined     | {"pub":["%u"]}                       | pub undefined | user: none | crash | deny | what was not sent never matches
%u undefined + 2nd rule a/b   | {"pub":["%u","a/b"]}                 | pub a/b     | user: none | crash | allow | the rules behind count nevertheless
%u user '+' -> pub zz         | {"pub":["%u"]}                       | pub zz      | user: + | deny | deny |
%u/# user '+' -> pub zz/1     | {"pub":["%u/#"]}                     | pub zz/1    | user: + | deny | deny |
%u user 'a/b' -> pub a/b      | {"pub":["%u"]}                       | pub a/b     | user: a/b | deny | deny |
${username} -> u1             | {"pub":["${username}"]}              | pub u1      | | deny    | allow   | it is a placeholder, as in 6.2.2
"#;

struct Row {
    name: &'static str,
    claim: Value,
    ask: Ask,
    topic: &'static str,
    username: Option<&'static str>,
    attributes: Value,
    emqx: &'static str,
    ours: &'static str,
    why: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    let lines = ROWS.lines().chain(ROWS_OF_4_4.lines());
    lines.filter(|line| !line.is_empty()).map(Row::read)
}

impl Row {
    fn read(line: &'static str) -> Self {
        let columns: Vec<_> = line.split('|').map(str::trim).collect();
        let [name, claim, request, client, emqx, ours, why] = columns[..] else {
            panic!("seven columns: {line}");
        };
        let claim = claim
            .replace('@', r#""permission":"allow","action":"pub""#)
            .replace('!', r#""permission":"deny","action":"all""#);
        let (action, topic) = request.split_once(' ').unwrap_or((request, ""));
        Self {
            name,
            claim: serde_json::from_str(&claim).unwrap(),
            ask: match action {
                "pub" => PUBLISH,
                "pub+r" => Ask {
                    retain: 1,
                    ..PUBLISH
                },
                "sub" => SUBSCRIBE,
                _ => panic!("{line}"),
            },
            topic,
            username: match client.strip_prefix("user: ") {
                Some("none") => None,
                Some(name) => Some(name),
                None => Some("u1"),
            },
            attributes: match client {
                "no attributes" => json!({}),
                _ => json!({ "g": "g1" }),
            },
            emqx,
            ours,
            why,
        }
    }

    /// What is answered here.
    fn answer(&self) -> &'static str {
        let broker = broker(json!({}));
        let token = token(&json!({ "acl": self.claim, "client_attrs": self.attributes }));
        let client = Connect {
            username: self.username.map(str::as_bytes),
            password: Some(token.as_bytes()),
            peer_address: Some(b"192.0.2.7"),
            ..Connect::default()
        };
        if broker.connect(client).result.reason == Reason::BadAcl as i32 {
            broker.connect(client).denied(Reason::BadAcl);
            return "bad_acl";
        }
        match broker.admit(client).may(self.ask, self.topic) {
            Permission::Allow => "allow",
            Permission::Deny => "deny",
            Permission::NoMatch => "nomatch",
        }
    }
}

#[test]
fn every_claim_that_emqx_was_asked_about_has_its_answer_here() {
    for row in rows() {
        assert_eq!(row.answer(), row.ours, "{}", row.name);
    }
}

#[test]
fn the_table_has_all_113_rows_and_none_twice() {
    let names: HashSet<_> = rows().map(|row| row.name).collect();
    assert_eq!((rows().count(), names.len()), (113, 113), "rows, names");
}

#[test]
fn a_row_gives_a_reason_exactly_where_emqx_answers_otherwise() {
    for row in rows() {
        let same = row.emqx == row.ours || (row.emqx, row.ours) == ("refused", "bad_acl");
        assert_eq!(row.why.is_empty(), same, "{}", row.name);
    }
}
