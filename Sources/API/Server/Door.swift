/// By which socket a request came in, and so what is believed of it.
package enum Door: Hashable, Sendable {
    /// `api.sock`: through the edge. Only tokens count, and the edge's `X-Forwarded-…` are believed.
    case edge
    /// `admin.sock`, and the kernel says that this user may administer.
    case local(uid: UInt32)
    /// `admin.sock`, but the kernel says that it is somebody else (or does not say: nil).
    case stranger(uid: UInt32?)

    package var isLocal: Bool {
        if case .local = self { true } else { false }
    }
}
