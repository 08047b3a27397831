//! Characters that XML writes by name or number.

/// The text with its entities resolved, once. What else begins with `&` stands for itself: not every VirtualDJ escapes.
pub(super) fn resolved(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let entity = part.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)));
        let (c, rest) = entity.unwrap_or(('&', part));
        plain.push(c);
        plain.push_str(rest);
    }
    plain
}

// XML 1.0, 4.1 and 4.6.
fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_resolved_and_all_else_stays() {
        let pairs = [
            ("Simon &amp; Garfunkel", "Simon & Garfunkel"),
            ("&lt;&gt;&quot;&apos;", "<>\"'"),
            ("Beyonc&#233; &#xe9;", "Beyoncé é"),
            ("&amp;amp;", "&amp;"),
            ("Q-Tip & Queen Latifah; A&B", "Q-Tip & Queen Latifah; A&B"),
            ("&nbsp; &#xd800; &#99999999999; &; &", "&nbsp; &#xd800; &#99999999999; &; &"),
            ("", ""),
        ];
        for (text, plain) in pairs {
            assert_eq!(resolved(text), plain, "{text}");
        }
    }
}
