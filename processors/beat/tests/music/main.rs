//! The whole core on music whose beats are known exactly.

#[cfg(test)]
mod arrangements;
#[cfg(test)]
mod bars;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod corrections;
#[cfg(test)]
mod native;
#[cfg(test)]
mod nothing_to_hear;
#[cfg(test)]
mod pauses;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod support;
