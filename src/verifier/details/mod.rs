//! What a check found, in a sentence with the values that decide.

mod claims;

use std::borrow::Cow;

use super::decision_line::{shares_run_with_secret, tells};
use crate::algorithm::Algorithm;
use crate::client::Client;
use crate::config::Rules;
use crate::host::quote::{cut, quoted};
use crate::json::tape::{Object, Read, Value};
use crate::keys::{Key, KeyIdentity};
use crate::refusal::{Check, Refusal};
use crate::token::{HeaderRules, SignatureRules, TokenType, alg, mistake};

pub(super) use claims::date;

/// The longest sentence, in characters.
const LONGEST: usize = 200;

/// How much is shown of a value, in characters.
const SHOWN: usize = 48;

/// How many elements of a list are shown.
const ELEMENTS: usize = 4;

/// Cuts what is too long for a sentence.
fn cut_sentence(sentence: String) -> String {
    const END: &str = "...";
    if sentence.chars().count() <= LONGEST {
        return sentence;
    }
    let kept = LONGEST.saturating_sub(END.len());
    sentence.chars().take(kept).chain(END.chars()).collect()
}

/// Writes sentences about a client, in which nothing tells of its token or password.
pub(super) struct Words<'w> {
    client: &'w Client<'w>,
    rules: &'w Rules,
}

impl<'w> Words<'w> {
    pub(super) fn new(client: &'w Client<'w>, rules: &'w Rules) -> Self {
        Self { client, rules }
    }

    pub(super) fn client(&self) -> &Client<'w> {
        self.client
    }

    fn field(&self) -> &[u8] {
        self.client.field(self.rules.from).unwrap_or_default()
    }

    /// Whether a text must not be shown.
    pub(super) fn tell_too_much(&self, text: &str) -> bool {
        tells(text, self.client, self.rules.from)
    }

    /// A sentence as it is told. What is quoted in it was looked at before; a number or a date is here.
    pub(super) fn sentence(&self, sentence: String) -> String {
        if shares_run_with_secret(&sentence, self.client, self.rules.from) {
            return "not shown".to_owned();
        }
        cut_sentence(sentence)
    }

    /// A text of the client, the token or the configuration.
    fn quote(&self, text: &str) -> String {
        let text = cut(text, SHOWN);
        if self.tell_too_much(text.shown()) {
            return "not shown".to_owned();
        }
        // Escapes in it may be bytes of a password.
        self.plain(text.to_string())
    }

    /// What is quoted already, or needs no quotation marks.
    fn plain(&self, text: String) -> String {
        if self.tell_too_much(&text) {
            return "not shown".to_owned();
        }
        text
    }

    fn value(&self, value: Value<'_>) -> String {
        match value.read() {
            Read::Null => "null".to_owned(),
            Read::String(text) => self.quote(&text),
            Read::Array(list) => {
                let words = |element: Value<'_>| match element.read() {
                    Read::Array(_) => "a list".to_owned(),
                    Read::Object => "an object".to_owned(),
                    _ => self.value(element),
                };
                format!("the list {}", listed(list.iter(), words))
            }
            Read::Object => {
                let members = value.as_object().into_iter().flat_map(Object::iter);
                let name =
                    |(name, _): (Cow<'_, [u8]>, _)| self.quote(&String::from_utf8_lossy(&name));
                format!("an object of {}", listed(members, name))
            }
            Read::Bool(_) | Read::Number(_) => {
                let text = value.to_text().unwrap_or_default();
                self.plain(cut(&text, SHOWN).shown().to_owned())
            }
        }
    }

    /// Field, size and form.
    pub(super) fn form(&self, check: Check, refusal: Option<&Refusal>) -> String {
        let name = self.rules.from.name();
        let longest = self.rules.max_token_size;
        match (check, refusal) {
            (Check::Token, None) => "it is in the field of `from`".to_owned(),
            (Check::Token, _) => format!("the client sent no {name}, where `from` has the token"),
            (Check::Size, None) => format!("within `max_token_size`, {longest} bytes"),
            (Check::Size, _) => {
                let len = self.field().len();
                format!("{len} bytes, and `max_token_size` is {longest}")
            }
            (_, None) => "three segments of base64url, with a header in JSON".to_owned(),
            (_, Some(refusal)) => match (mistake(refusal, self.field()), refusal) {
                (Some(mistake), _) => self.plain(mistake),
                (None, Refusal::MalformedToken(defect)) => (*defect).to_owned(),
                (None, _) => refusal.to_string(),
            },
        }
    }

    /// The issuer, and what the header says.
    pub(super) fn header(
        &self,
        check: Check,
        refusal: Option<&Refusal>,
        issuer: Option<&str>,
        rules: &HeaderRules,
    ) -> String {
        let types = rules.token_types.as_deref().unwrap_or_default().iter();
        let typ = |typ: &TokenType| quoted(typ.as_str()).to_string();
        let algorithms = rules.algorithms.as_deref().unwrap_or_default().iter();
        match (check, refusal) {
            (Check::Issuer, _) => match issuer {
                Some(issuer) => format!("`issuers` lists {}", self.quote(issuer)),
                None => "none that `issuers` lists, so the top level counts".to_owned(),
            },
            (Check::Algorithm, None) => {
                let alg = alg(self.field()).unwrap_or_default();
                format!("alg {alg} is allowed")
            }
            (Check::Algorithm, Some(Refusal::AlgorithmNotAllowed(algorithm))) => {
                format!(
                    "alg {algorithm}, and `algorithms` allows {}",
                    listed(algorithms, ToString::to_string)
                )
            }
            (Check::Algorithm, Some(refusal)) => match mistake(refusal, self.field()) {
                Some(alg) => format!("{} is not supported", self.plain(alg)),
                None => refusal.to_string(),
            },
            (Check::Critical, None) => "the header demands no extension".to_owned(),
            (Check::Critical, _) => {
                "the header has crit, or a b64 that is not true: no extension is supported"
                    .to_owned()
            }
            (_, None) if types.len() == 0 => "every typ is allowed".to_owned(),
            (_, None) => format!("typ is in `token_type`: {}", listed(types, typ)),
            (_, Some(Refusal::WrongTokenType(Some(found)))) => {
                let found = self.quote(found);
                format!(
                    "typ {found}, and `token_type` allows {}",
                    listed(types, typ)
                )
            }
            (_, Some(_)) => format!("no typ, and `token_type` demands {}", listed(types, typ)),
        }
    }

    /// The keys that a token is tried with.
    pub(super) fn candidates<'k>(
        &self,
        algorithm: Algorithm,
        candidates: impl Iterator<Item = &'k Key>,
    ) -> String {
        format!("for {algorithm} there is {}", self.names(candidates))
    }

    /// The key that signed a token.
    pub(super) fn signer<'k>(
        &self,
        mut candidates: impl Iterator<Item = &'k Key>,
        signer: &KeyIdentity,
    ) -> String {
        let signer = candidates.find(|key| std::ptr::eq(&raw const *key.identity, signer));
        format!("it is that of {}", self.names(signer.into_iter()))
    }

    fn names<'k>(&self, keys: impl Iterator<Item = &'k Key>) -> String {
        listed(keys, |key| self.plain(key.name().to_owned()))
    }

    /// Why there is no key, or none signed the token.
    pub(super) fn key(
        &self,
        refusal: Option<&Refusal>,
        algorithm: Algorithm,
        rules: &SignatureRules,
    ) -> String {
        let Some(refusal) = refusal else {
            return String::new();
        };
        match refusal {
            Refusal::NoKey(_, None) => format!("no key serves {algorithm}"),
            Refusal::NoKey(_, Some(kid)) => {
                format!("no key of the kid {} serves {algorithm}", self.quote(kid))
            }
            Refusal::UnknownKeyId(kid) => {
                let kid = self.quote(kid);
                format!("no key has the kid {kid}, and none without a kid serves {algorithm}")
            }
            Refusal::ClientWithoutKey => "by `kid_from`, no key is this client's".to_owned(),
            Refusal::AmbiguousKey(..) => {
                let most = rules.max_key_trials;
                format!("more than {most} keys fit {algorithm}, which is `max_key_trials`")
            }
            Refusal::KeysUnavailable => {
                "the keys of the endpoint are not there; the log says why".to_owned()
            }
            Refusal::WrongIssuer(Some(signer)) => {
                format!("signed by a key of the issuer {}", self.quote(signer))
            }
            Refusal::WrongIssuer(None) => {
                "signed by a key of the configuration's top level".to_owned()
            }
            Refusal::SignatureFormat => {
                "it is good, but in the encoding that `signature_format` does not name".to_owned()
            }
            _ => match mistake(refusal, self.field()) {
                Some(mistake) => self.plain(mistake),
                None => "it is that of no key that was tried".to_owned(),
            },
        }
    }

    /// Whether the payload is an object with dates.
    pub(super) fn claims(&self, refusal: Option<&Refusal>) -> String {
        match refusal {
            None => "a JSON object, whose dates are numeric".to_owned(),
            Some(refusal) => match (mistake(refusal, self.field()), refusal) {
                (Some(mistake), _) => self.plain(mistake),
                (None, Refusal::MalformedClaims(defect)) => (*defect).to_owned(),
                (None, _) => refusal.to_string(),
            },
        }
    }
}

/// The first of some things in words, and how many there are beside: only those cost something.
fn listed<T>(mut things: impl Iterator<Item = T>, words: impl Fn(T) -> String) -> String {
    let first: Vec<_> = things.by_ref().take(ELEMENTS).map(words).collect();
    match (first.join(", "), things.count()) {
        (first, 0) if first.is_empty() => "nothing".to_owned(),
        (first, 0) => first,
        (first, more) => format!("{first} and {more} more"),
    }
}
