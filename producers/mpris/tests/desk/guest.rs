//! A player that says whatever the test wants, as another program on the bus.

use std::collections::HashMap;

use anyhow::Result;
use futures_util::StreamExt as _;
use tokio::task::JoinHandle;
use zbus::{Connection, MessageStream, Variant};

/// The player. Dropping it takes it off the bus.
pub(crate) struct Guest(JoinHandle<()>);

impl Guest {
    /// Takes the name, and answers whoever asks for its properties.
    pub(crate) async fn new(
        connection: Connection,
        name: &str,
        properties: HashMap<&'static str, Variant<'static>>,
    ) -> Result<Guest> {
        let mut calls = MessageStream::from(&connection);
        connection.request_name(format!("org.mpris.MediaPlayer2.{name}")).await?;
        Ok(Guest(tokio::spawn(async move {
            while let Some(Ok(call)) = calls.next().await {
                let header = call.header();
                if header.member().is_some_and(|member| member.as_str() == "GetAll") {
                    // Whoever asked may have gone.
                    let _gone = connection.reply(&header, &properties).await.is_err();
                }
            }
        })))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.abort();
    }
}
