import CLinux
import NIOCore
import NIOPosix

/// Says who is at the other end of a connection to one of our sockets.
enum Doorkeeper: Sendable {
    case edge
    /// The administrators are root and the owner of the data folder.
    case local(owner: UInt32)

    func door(of channel: any Channel) -> Door {
        guard case .local(let owner) = self else { return .edge }
        guard let uid = Self.peer(of: channel) else { return .stranger(uid: nil) }
        return uid == 0 || uid == owner ? .local(uid: uid) : .stranger(uid: uid)
    }

    // MARK: - Private

    private static func peer(of channel: any Channel) -> UInt32? {
        // A transport that is no socket has no peer; such a connection is a stranger's.
        try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
            var uid = uid_t()
            return nodepilot_peer_uid(socket, &uid) == 0 ? uid : nil
        } ?? nil
    }
}
