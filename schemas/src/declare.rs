//! Declaring a message type: one place for the struct, its subject and the meaning of each field.
//!
//! A `macro_rules!` and no derive, so that what it makes can be read here in full.

/// A named group of fields inside a payload.
macro_rules! record {
    ($(#[doc = $doc:literal])+ $(#[derive($extra:ident)])? $name:ident {
        $($(#[doc = $fdoc:literal])+ $(#[serde($($attr:tt)*)])? $field:ident: $ty:ty),* $(,)?
    }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize $(, $extra)?)]
        pub struct $name {
            $($(#[doc = $fdoc])+ $(#[serde($($attr)*)])? pub $field: $ty,)*
        }
        impl $crate::topic::Described for $name {
            const KIND: $crate::topic::Kind = $crate::topic::Kind::Struct(&[
                $($crate::topic::Field {
                    name: stringify!($field),
                    kind: <$ty as $crate::topic::Described>::KIND,
                    doc: concat!($($fdoc),+),
                }),*
            ]);
        }
    };
}

/// A payload with a topic: `message! { /// doc  Name = "domain.event", Class, Codec, Scope[, valid 60.0] { … } }`.
macro_rules! message {
    ($(#[doc = $doc:literal])+ $(#[derive($extra:ident)])?
     $name:ident = $topic:literal, $class:ident, $codec:ident, $scope:ident $(, valid $valid:literal)? {
        $($body:tt)*
    }) => {
        record! { $(#[doc = $doc])+ $(#[derive($extra)])? $name { $($body)* } }
        impl $crate::topic::Payload for $name {
            const TOPIC: &'static $crate::topic::Topic = &$crate::topic::Topic {
                name: $topic,
                class: $crate::topic::Class::$class,
                codec: $crate::topic::Codec::$codec,
                scope: $crate::topic::Scope::$scope,
                valid_s: message!(@valid $($valid)?),
                fields: match <$name as $crate::topic::Described>::KIND {
                    $crate::topic::Kind::Struct(fields) => fields,
                    _ => &[],
                },
                doc: concat!($($doc),+),
            };
        }
    };
    (@valid) => { None };
    (@valid $valid:literal) => { Some($valid) };
}

/// A closed set of words.
macro_rules! choice {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $vdoc:literal])+ $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[doc = $vdoc])+ #[serde(rename = $word)] $variant,)+
        }
        impl $name {
            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl $crate::topic::Described for $name {
            const KIND: $crate::topic::Kind = $crate::topic::Kind::Choice(&[$($word),+]);
        }
    };
}
