//! A PostgreSQL server of a test's own: a new cluster in a folder for it alone, stopped when it is dropped.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Who makes every database in it.
const USER: &str = "tester";
/// PostgreSQL refuses to run as root. Debian's package makes this user.
const UNPRIVILEGED: &str = "postgres";

/// A running server. It trusts everybody who reaches its socket or its port on loopback.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    port: u16,
}

impl Cluster {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("twpg").tempdir().expect("a temporary folder");
        if is_root() {
            let given = Command::new("chown").arg(UNPRIVILEGED).arg(folder.path()).status();
            assert!(given.expect("chown runs").success());
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let cluster = Self { folder, port };
        let data = cluster.data();
        let make = ["-A", "trust", "-U", USER, "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C"];
        done(&program("initdb").arg("-D").arg(&data).args(make).output().expect("initdb runs"));
        // In the file, so that a restart finds it as well.
        let settings = data.join("postgresql.conf");
        let socket = cluster.folder.path().display();
        let mut text = fs::read_to_string(&settings).expect("made by initdb");
        text.push_str(&format!("listen_addresses='127.0.0.1'\nport={port}\nunix_socket_directories='{socket}'\n"));
        fs::write(&settings, text).expect("ours");
        cluster.control(&["start"]);
        cluster
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// Makes a database.
    pub fn database(&self, name: &str) -> String {
        self.execute("postgres", &format!("CREATE DATABASE {name}"));
        name.to_owned()
    }

    /// What `psql` prints for a statement.
    pub fn execute(&self, database: &str, statement: &str) -> String {
        done(&self.psql(database).args(["-c", statement]).output().expect("psql runs"))
    }

    /// `psql`, connected to a database.
    pub fn psql(&self, database: &str) -> Command {
        let mut psql = program("psql");
        psql.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database)]);
        psql
    }

    /// The text that `pg_dump` writes of a database.
    pub fn dump(&self, database: &str) -> String {
        done(&program("pg_dump").args(["-d", &self.url(database)]).output().expect("pg_dump runs"))
    }

    /// Its files.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Ends all of its processes at once, as a power cut would, and starts it again.
    pub fn crash_and_restart(&self) {
        self.restart("immediate");
    }

    /// Starts it again: `fast` ends every connection first, `immediate` does not write what it has in memory.
    pub fn restart(&self, how: &str) {
        self.control(&["-m", how, "restart"]);
    }

    /// From now on nobody gets in without a password.
    pub fn require_passwords(&self) {
        fs::write(self.data().join("pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n").expect("ours");
        self.control(&["reload"]);
    }

    /// From now on it speaks TLS with this certificate and key, in PEM.
    pub fn serve_tls(&self, certificate: &str, key: &str) {
        let data = self.data();
        for (name, text) in [("server.crt", certificate), ("server.key", key)] {
            let path = data.join(name);
            fs::write(&path, text).expect("ours");
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(&path, mode).expect("ours");
            if is_root() {
                let given = Command::new("chown").arg(UNPRIVILEGED).arg(&path).status();
                assert!(given.expect("chown runs").success());
            }
        }
        let settings = data.join("postgresql.conf");
        let text = fs::read_to_string(&settings).expect("made by initdb") + "ssl=on\n";
        fs::write(&settings, text).expect("ours");
        self.crash_and_restart();
    }

    /// From now on it writes down what is asked of it, see [`Self::statements`].
    pub fn log_statements(&self) {
        self.execute("postgres", "ALTER SYSTEM SET log_statement = 'all'");
        self.execute("postgres", "ALTER SYSTEM SET log_line_prefix = '%a|'");
        self.control(&["reload"]);
    }

    /// What programs of this name have asked so far.
    pub fn statements(&self, application: &str) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("log")).expect("a log");
        let start = format!("{application}|LOG:  ");
        let said = log.lines().filter_map(|line| line.strip_prefix(&start));
        said.filter(|said| said.starts_with("statement: ") || said.starts_with("execute ")).map(str::to_owned).collect()
    }

    /// Starts it again after [`Self::stop`].
    pub fn start_again(&self) {
        self.control(&["start"]);
    }

    pub fn stop(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    fn control(&self, task: &[&str]) {
        let (data, log) = (self.data(), self.folder.path().join("log"));
        // It inherits no pipe of ours, which would stay open for as long as it runs.
        let mut control = program("pg_ctl");
        control.arg("-D").arg(data).args(["-s", "-w", "-l"]).arg(&log).args(task);
        let status = control.stdin(std::process::Stdio::null()).status().expect("pg_ctl runs");
        assert!(status.success(), "pg_ctl {task:?}: {}", fs::read_to_string(&log).unwrap_or_default());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be stopped by the test, which is no reason to fail while a test fails.
        let _ = program("pg_ctl").arg("-D").arg(self.data()).args(["-s", "-w", "-m", "immediate", "stop"]).output();
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A program of the newest PostgreSQL on this machine.
pub fn program(name: &str) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path()).max_by_key(|path| number(path));
    let found = newest.map(|path| path.join("bin").join(name)).filter(|path| path.exists());
    let found = found.unwrap_or_else(|| name.into());
    let mut command = if is_root() { Command::new("runuser") } else { Command::new(&found) };
    if is_root() {
        command.args(["-u", UNPRIVILEGED, "--"]).arg(found);
    }
    command.current_dir("/");
    command
}

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
