/// The data folder of a server on this machine, and what is where in it.
package struct DataFolder: Hashable, Sendable {
    package let path: String

    package init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// `/var/lib/nodepilot` as root, otherwise the XDG state directory.
    package init(isRoot: Bool, environment: [String: String]) {
        if isRoot {
            self.init("/var/lib/nodepilot")
        } else {
            let base = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            self.init("\(base ?? "\(environment["HOME"] ?? "/tmp")/.local/state")/nodepilot")
        }
    }

    package var adminSocket: String { "\(path)/run/admin/admin.sock" }
    package var setupCode: String { "\(path)/setup-code" }
}
