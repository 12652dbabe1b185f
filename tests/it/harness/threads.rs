//! The threads of this process, as Linux tells of them, and one that may do less.

use std::thread;

use nix::unistd::Uid;

/// The statuses of the threads whose name is one of these.
pub fn statuses(is_one: impl Fn(&str) -> bool) -> Vec<String> {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let mut statuses: Vec<_> = threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("status")).ok())
        .collect();
    statuses.retain(|status| {
        let name = status
            .strip_prefix("Name:\t")
            .and_then(|rest| rest.lines().next());
        name.is_some_and(&is_one)
    });
    statuses
}

/// Does the work as a user who may not do everything: as nobody, where the tests are run by root.
#[cfg(target_os = "linux")]
pub fn without_rights<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    const NOBODY: libc::c_long = 65_534;
    let work = || {
        if Uid::effective().is_root() {
            // SAFETY: the system call itself, unlike the function of the C library, is about this
            // thread only, which ends with the work.
            let status = unsafe { libc::syscall(libc::SYS_setresuid, -1, NOBODY, -1) };
            assert_eq!(status, 0);
        }
        work()
    };
    thread::scope(|scope| scope.spawn(work).join().unwrap())
}
