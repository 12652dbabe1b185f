//! How often a check without a session takes memory from the heap, AWS-LC's own calls included.

use crate::broker::{Broker, Cache};
use crate::heap;
use crate::tokens::{ALGORITHMS, Issuer, TOKENS, Token};

pub(crate) fn report() {
    println!("\nallocations of a check without a session (most of 256)");
    println!(
        "  {:<8} {:>6} {:>12} {:>24} {:>8}",
        "", "bare", "first sight", "and remembered", "cached"
    );
    for name in ALGORITHMS {
        let issuer = Issuer::new(name);
        let tokens = issuer.tokens(2 * TOKENS);
        let (warm, new) = tokens.split_at(TOKENS);
        let bare = issuer.bare();
        let pairs: Vec<_> = new.iter().map(Token::parts).collect();
        let off = Broker::new(issuer.config(), Cache::Off);
        let on = Broker::new(issuer.config(), Cache::Default);
        for (number, token) in warm.iter().enumerate() {
            bare.verify(&pairs[number].0, &pairs[number].1);
            off.accept(token);
            // Twice: an HMAC is remembered then, and the table begins to grow.
            on.accept(token);
            on.accept(token);
        }
        let most = |check: &dyn Fn(usize)| {
            let calls = |number| {
                let before = heap::calls();
                check(number);
                heap::calls() - before
            };
            (0..TOKENS).map(calls).max().unwrap()
        };
        let floor = most(&|number| bare.verify(&pairs[number].0, &pairs[number].1));
        let first = most(&|number| off.accept(&new[number]));
        // An HMAC is remembered when it comes for the second time.
        let remembered = [(); 2].map(|()| most(&|number| on.accept(&new[number])));
        let remembered = remembered.into_iter().max().unwrap();
        let cached = most(&|number| on.accept(&new[number]));
        let met = first == floor && remembered <= floor + 2 && cached == 0;
        let verdict = if met { "ok" } else { "MISSED" };
        println!(
            "  {name:<8} {floor:>6} {first:>12} {remembered:>24} {cached:>8}   <= {floor}, {}, 0  {verdict}",
            floor + 2
        );
    }
}
