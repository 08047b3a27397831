//! Proof key for code exchange, RFC 7636: who redeems the code must be who asked for it.

use data_encoding::BASE64URL_NOPAD;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sha2::{Digest as _, Sha256};

use super::Secret;

/// Octets of a verifier; RFC 7636 section 4.1 recommends 32, which are 43 characters.
const VERIFIER_LEN: usize = 32;
/// Octets of a `state`: 128 bits, that nobody guesses (RFC 6749 section 10.10).
const STATE_LEN: usize = 16;

/// The operating system gives no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers, and a login without them would not be safe")]
pub struct NoRandomness;

/// The secret of one login.
#[derive(Debug, Clone, PartialEq)]
pub struct Verifier(Secret);

impl Verifier {
    /// A new one.
    ///
    /// # Errors
    /// When there are no random numbers.
    pub fn random() -> Result<Verifier, NoRandomness> {
        Ok(Verifier::from_octets(&octets::<VERIFIER_LEN>()?))
    }

    /// What the authorisation request shows of it: method `S256`, section 4.2.
    pub fn challenge(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(self.0.reveal()))
    }

    /// The verifier itself, for the token request.
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    fn from_octets(octets: &[u8]) -> Verifier {
        Verifier(Secret::new(BASE64URL_NOPAD.encode(octets)))
    }
}

/// A value that ties the browser's answer to this login.
pub(super) fn state() -> Result<Secret, NoRandomness> {
    Ok(Secret::new(BASE64URL_NOPAD.encode(&octets::<STATE_LEN>()?)))
}

fn octets<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut octets = [0; N];
    OsRng.try_fill_bytes(&mut octets).map_err(|_error| NoRandomness)?;
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const OCTETS: [u8; 32] = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
        214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ];

    #[test]
    fn the_vector_of_the_rfc() {
        let verifier = Verifier::from_octets(&OCTETS);
        assert_eq!(verifier.secret().reveal(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn no_two_are_the_same_and_all_are_of_the_permitted_length() {
        let (a, b) = (Verifier::random().unwrap(), Verifier::random().unwrap());
        assert_ne!(a, b);
        assert!((43..=128).contains(&a.secret().reveal().len()));
        assert_ne!(state().unwrap(), state().unwrap());
    }
}
