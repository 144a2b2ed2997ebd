import Glibc

/// /etc/passwd and /etc/group, read as the files they are: a static program cannot ask the machine's NSS modules.
struct UnixDatabase: Sendable {
    struct User: Sendable, Hashable {
        var name: String
        var uid: UInt32
        var gid: UInt32
    }

    var passwdPath = "/etc/passwd"
    var groupPath = "/etc/group"

    func user(_ name: String) -> User? {
        for line in ProcFile.lines(passwdPath) {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 7, fields[0] == name, let uid = UInt32(fields[2]), let gid = UInt32(fields[3]) else {
                continue
            }
            return User(name: name, uid: uid, gid: gid)
        }
        return nil
    }

    func users(comment: String) -> [User] {
        ProcFile.lines(passwdPath).compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 7, fields[4] == comment, let uid = UInt32(fields[2]), let gid = UInt32(fields[3])
            else { return nil }
            return User(name: String(fields[0]), uid: uid, gid: gid)
        }
    }

    /// The name behind a number, nil when there is none.
    func name(ofUser uid: UInt32) -> String? {
        for line in ProcFile.lines(passwdPath) {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count >= 7, UInt32(fields[2]) == uid { return String(fields[0]) }
        }
        return nil
    }

    func group(_ name: String) -> UInt32? {
        for line in ProcFile.lines(groupPath) {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count >= 3, fields[0] == name { return UInt32(fields[2]) }
        }
        return nil
    }
}
