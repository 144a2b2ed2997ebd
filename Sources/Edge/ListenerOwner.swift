import CLinux
import Glibc

/// Whose process answers at a port of 127.0.0.1.
enum ListenerOwner {
    /// Nil when nobody listens, or nobody knows who.
    static func uid(ofPort port: Int) -> UInt32? {
        guard let number = UInt16(exactly: port) else { return nil }
        var uid = uid_t()
        if nodepilot_listener_uid(number, &uid) == 1 { return uid }
        // Some kernels are without sock_diag. The table tells the same, but is long on a busy machine.
        let owners = Set(SocketTable.listeners(onPort: port).map(\.uid))
        return owners.count == 1 ? owners.first : nil
    }
}
