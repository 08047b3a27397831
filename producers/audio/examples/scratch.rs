#![allow(warnings)]
use audio::Audio;
use bus::{Bus, Settings};
use component::Launch;
use schemas::{Name, wire};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
fn settings(url: &str, n: &str, w: bool) -> Settings {
    Settings { url: url.into(), credentials: None, instance: Name::new(n).unwrap(), wait_for_broker: w }
}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() > 1 {
        component::init_logging();
        if args[1] == "list" {
            println!("{:#?}", audio::devices());
            let mut n = 0;
            println!(
                "{:?}",
                audio::meter(Some("VJ virtual"), |l| {
                    n += 1;
                    if n % 20 == 0 {
                        println!("{l:?}");
                    }
                    if n > 80 {
                        std::ops::ControlFlow::Break(())
                    } else {
                        std::ops::ControlFlow::Continue(())
                    }
                })
            );
            return;
        }
        let l = Launch {
            instance: Name::new("audio").unwrap(),
            config: serde_json::from_str(&args[3]).unwrap(),
            overlay: json!({}),
            bus: settings(&args[1], "audio", true),
            state_dir: args[2].clone().into(),
        };
        println!("exit {:?}", component::run::<Audio>(l).await);
        return;
    }
    let exe = std::env::current_exe().unwrap();
    let card = testkit::sound::Card::start().unwrap();
    let server = testkit::nats::Server::jetstream().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let wav = dir.path().join("c.wav");
    testkit::wav::write(&wav, 48000, 1, &testkit::wav::clicks(48000, 120.0, 60.0)).unwrap();
    let mut inbox = Bus::connect(settings(&server.url(), "viewer", false)).await.unwrap().inbox();
    inbox.subscribe_filter("vj.>".into(), true).await;
    let listed =
        testkit::Program::new(exe.clone()).arg("list").envs(card.env()).run(Duration::from_secs(20)).unwrap();
    println!("{}{}", listed.stdout, listed.stderr);
    let child = testkit::Program::new(exe)
        .arg(server.url())
        .arg(dir.path())
        .arg(std::env::var("CFG").unwrap_or(r#"{"source":"auto"}"#.into()))
        .envs(card.env())
        .start()
        .unwrap();
    let play = card.play(&wav).unwrap();
    let t0 = Instant::now();
    let mut n = 0u64;
    let mut last = (0u64, 0f64);
    let mut clicks: Vec<f64> = vec![];
    let mut loud = false;
    let mut phase = 0;
    let mut worst_step = 0f64;
    let mut lat = vec![];
    while t0.elapsed() < Duration::from_secs(40) {
        if phase == 0 && t0.elapsed() > Duration::from_secs(15) {
            phase = 1;
            println!("{:.1} UNPLUG", t0.elapsed().as_secs_f64());
            card.unplug().unwrap();
        }
        if phase == 1 && t0.elapsed() > Duration::from_secs(22) {
            phase = 2;
            println!("{:.1} PLUG", t0.elapsed().as_secs_f64());
            card.plug().unwrap();
        }
        let Ok(d) = tokio::time::timeout(Duration::from_millis(200), inbox.next()).await else { continue };
        let s = d.subject.to_string();
        if s.contains("audio.block") {
            let m = wire::decode::<schemas::audio::Block>(&d.payload).unwrap();
            n += 1;
            if n > 2000 && m.body.index == last.0 + 256 {
                let step = (m.header.at_mono_ns as f64 / 1e9 - last.1) - 256.0 / m.body.rate as f64;
                worst_step = worst_step.max(step.abs());
            }
            if m.body.index != last.0 + 256 && n > 1 {
                println!("{:.2} index {} -> {}", t0.elapsed().as_secs_f64(), last.0, m.body.index);
            }
            last = (m.body.index, m.header.at_mono_ns as f64 / 1e9);
            lat.push(m.header.sent - m.header.at);
            for (i, x) in m.body.samples.iter().enumerate() {
                if x.abs() > 0.2 && !loud {
                    loud = true;
                    clicks.push(last.1 + i as f64 / m.body.rate as f64);
                }
            }
            if m.body.samples.iter().all(|x| x.abs() < 0.05) {
                loud = false;
            }
        } else if s.contains("sys.heartbeat") {
            if n % 3 == 0 {
                let m = wire::decode::<schemas::sys::Heartbeat>(&d.payload).unwrap();
                println!(
                    "{:.1} hb {:?} {} {:?} lag {:.2}",
                    t0.elapsed().as_secs_f64(),
                    m.body.state,
                    m.body.reason,
                    m.body.counters,
                    m.body.lag_ms
                );
            }
        } else {
            println!(
                "{:.1} {s} {}",
                t0.elapsed().as_secs_f64(),
                String::from_utf8_lossy(&d.payload).split("\"boot\"").nth(1).unwrap_or("")
            );
        }
    }
    let iv: Vec<f64> = clicks.windows(2).map(|w| w[1] - w[0]).collect();
    println!(
        "blocks {n} worst step {:.3} ms, clicks {} intervals {:?}",
        worst_step * 1e3,
        clicks.len(),
        iv.iter().map(|x| (x * 1e4).round() / 1e4).collect::<Vec<_>>()
    );
    lat.sort_by(f64::total_cmp);
    println!(
        "sent-at of first sample: min {:.1} p50 {:.1} p99 {:.1} ms",
        lat[0] * 1e3,
        lat[lat.len() / 2] * 1e3,
        lat[lat.len() * 99 / 100] * 1e3
    );
    std::fs::write("/tmp/s/dbg.txt", child.tail().to_string()).unwrap();
}
