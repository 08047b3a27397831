//! Every server outside is bad at once, and nothing else notices: lines come at their instants, other players'
//! news at once, and the status says who was bad.

mod intake;
mod real_time;
mod servers;
