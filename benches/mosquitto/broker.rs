//! A Mosquitto on a port of its own of 127.0.0.1, and what it costs.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Where a Mosquitto is installed: `/`, or a folder with another release of Debian.
pub(crate) struct Installation<'a> {
    folder: &'a Path,
    plugin: &'a Path,
    /// The brokers' files.
    work: PathBuf,
}

impl<'a> Installation<'a> {
    pub(crate) fn new(folder: &'a Path, plugin: &'a Path) -> Self {
        let work = std::env::temp_dir().join(format!("jwt-auth-bench-{}", std::process::id()));
        fs::create_dir_all(&work).unwrap();
        Self {
            folder,
            plugin,
            work,
        }
    }

    /// What Mosquitto calls itself: "mosquitto version 2.1.2".
    pub(crate) fn version(&self) -> String {
        let help = self.mosquitto().arg("-h").output().unwrap().stdout;
        let help = String::from_utf8_lossy(&help);
        help.lines().next().unwrap_or("no version").to_owned()
    }

    /// What runs in a folder sees the project and the temporary files at the same paths.
    fn mosquitto(&self) -> Command {
        if self.folder == Path::new("/") {
            return Command::new("mosquitto");
        }
        let inside = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/run/inside.sh");
        let mut command = Command::new("sh");
        command.arg(inside).arg(self.folder).arg("mosquitto");
        command
    }
}

impl Drop for Installation<'_> {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.work).unwrap();
    }
}

pub(crate) struct Broker {
    process: Child,
    pub(crate) port: u16,
}

impl Broker {
    /// With the plugin, if there is a configuration for it; else all clients are anonymous.
    pub(crate) fn start(on: &Installation<'_>, config: Option<&Value>, offline: usize) -> Self {
        let port = free_port();
        let file = |name: &str| on.work.join(format!("{port}.{name}"));
        let who = match config {
            None => "allow_anonymous true\n".to_owned(),
            Some(config) => {
                fs::write(file("json"), config.to_string()).unwrap();
                format!(
                    "allow_anonymous false\nplugin {}\nplugin_opt_config_file {}\n\
                     plugin_opt_max_offline_clients {offline}\n",
                    on.plugin.display(),
                    file("json").display(),
                )
            }
        };
        // Without a log line for each client. As root, Mosquitto would become another user, who may
        // not read what is here.
        let conf = format!(
            "per_listener_settings false\nlog_type error\nuser root\nlistener {port} 127.0.0.1\n{who}"
        );
        fs::write(file("conf"), conf).unwrap();
        let process = on
            .mosquitto()
            .arg("-c")
            .arg(file("conf"))
            .stdin(Stdio::null())
            .stderr(File::create(file("log")).unwrap())
            .spawn()
            .unwrap();
        let mut this = Self { process, port };
        if let Err(problem) = this.wait() {
            let log = fs::read_to_string(file("log")).unwrap();
            panic!("{problem}; its log:\n{log}");
        }
        this
    }

    fn wait(&mut self) -> Result<(), &'static str> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if self.process.try_wait().unwrap().is_some() {
                return Err("the broker has ended");
            }
            if Instant::now() > deadline {
                return Err("the broker does not listen");
            }
            thread::sleep(Duration::from_millis(20));
        }
        // The plugin accepts nobody before the broker's first tick, which is within a second.
        thread::sleep(Duration::from_millis(1200));
        Ok(())
    }

    /// The processor time of all threads of the broker, in nanoseconds. Unlike the files in /proc
    /// it is exact while a thread runs.
    pub(crate) fn cpu_time(&self) -> u64 {
        let mut clock = 0;
        let mut now = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let pid = self.process.id().try_into().unwrap();
        // SAFETY: both pointers are good.
        let status = unsafe {
            libc::clock_getcpuclockid(pid, &raw mut clock)
                | libc::clock_gettime(clock, &raw mut now)
        };
        assert_eq!(status, 0, "no clock of the broker");
        u64::try_from(now.tv_sec).unwrap() * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap()
    }

    /// Its resident memory that no file is behind, in bytes.
    pub(crate) fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon:"));
        let kilobytes: f64 = line
            .unwrap()
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        kilobytes * 1024.0
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn free_port() -> u16 {
    let probe = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    probe.local_addr().unwrap().port()
}
