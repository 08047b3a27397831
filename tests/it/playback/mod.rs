//! What is playing, and what it says: players, the words of a song, and the sinks that show them.

mod bad_servers;
mod karaoke;
mod os2l;
mod real_time;
mod spotify;
