//! Questions and answers in the shapes of the protocols.

use serde_json::json;

use super::*;

fn talk() -> Vec<Turn> {
    vec![Turn { role: "system", content: "be".into() }, Turn { role: "user", content: "{}".into() }]
}

#[test]
fn ollama_is_asked_as_its_documentation_says() {
    let ollama = of(Service::Ollama).unwrap();
    let question = ollama.question("m", &talk(), &json!({ "type": "object" }));
    let expected = json!({
        "model": "m", "stream": false, "format": { "type": "object" }, "options": { "temperature": 0 },
        "messages": [{ "role": "system", "content": "be" }, { "role": "user", "content": "{}" }],
    });
    assert_eq!((ollama.path(), question), ("api/chat", expected));
    assert_eq!(
        ollama.text(&json!({ "message": { "content": "{}" }, "done_reason": "stop" })),
        Ok("{}".into())
    );
    let cut = json!({ "message": { "content": "{\"mo" }, "done_reason": "length" });
    assert_eq!(ollama.text(&cut), Err(Unsaid::Bad(BadAnswer::CutOff)));
    for foreign in
        [json!({}), json!([]), json!({ "message": "x" }), json!({ "message": { "content": 7 } }), json!(null)]
    {
        assert_eq!(ollama.text(&foreign), Err(Unsaid::Foreign), "{foreign}");
    }
}

#[test]
fn openai_is_asked_as_its_documentation_says() {
    let openai = of(Service::Openai).unwrap();
    let question = openai.question("m", &talk(), &json!({ "type": "object" }));
    assert_eq!((openai.path(), &question["model"]), ("v1/chat/completions", &json!("m")));
    let format = json!({
        "type": "json_schema",
        "json_schema": { "name": "song_tags", "strict": true, "schema": { "type": "object" } },
    });
    assert_eq!(question["response_format"], format);
    let answer = |message: Value, reason: &str| json!({ "choices": [{ "message": message, "finish_reason": reason }] });
    assert_eq!(openai.text(&answer(json!({ "content": "{}", "refusal": null }), "stop")), Ok("{}".into()));
    let refusal = json!({ "content": null, "refusal": "I will not" });
    assert_eq!(openai.text(&answer(refusal, "stop")), Err(Unsaid::Declined("I will not".into())));
    let cut = answer(json!({ "content": "{" }), "length");
    assert_eq!(openai.text(&cut), Err(Unsaid::Bad(BadAnswer::CutOff)));
    let filtered = answer(json!({ "content": null }), "content_filter");
    assert!(matches!(openai.text(&filtered), Err(Unsaid::Declined(_))));
    for foreign in
        [json!({}), json!({ "choices": [] }), json!({ "choices": [{ "message": { "content": [] } }] })]
    {
        assert_eq!(openai.text(&foreign), Err(Unsaid::Foreign), "{foreign}");
    }
}

#[test]
fn rules_ask_nobody() {
    assert!(of(Service::Rules).is_none());
}
