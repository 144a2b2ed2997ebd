import FoundationEssentials
import Glibc

/// The rights that a file or folder gives.
func permissions(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}

/// A folder under /tmp, with a short name because sockets lie in it; gone when it is let go.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = "/tmp/np-api-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // Nothing can be done in a deinit about a folder that cannot be removed.
        try? FileManager.default.removeItem(atPath: path)
    }

    func contents(of folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")
    }
}
