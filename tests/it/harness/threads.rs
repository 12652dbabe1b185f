//! The threads of this process, as Linux tells of them.

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
