//! The binary. Everything is in the library, so that tests and other programs can use it.

fn main() -> std::process::ExitCode {
    vjbus::main(vjbus::registry::REGISTRY)
}
