import FoundationEssentials
import Glibc

/// A folder of a test's own under /tmp, removed with everything in it when the last reference goes.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        var template = Array("/tmp/nodepilot-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(path, 0o755)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)  // a test's leftovers are not its result
    }

    @discardableResult
    package func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        return "\(path)/\(name)"
    }

    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        try write(name, [UInt8](text.utf8))
    }

    /// A file with the folders that it needs.
    @discardableResult
    package func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let parent = name.split(separator: "/").dropLast().joined(separator: "/")
        try folder(parent)
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    package func read(_ name: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
    }

    /// Everything in a folder of it, folders with a slash behind, links with their target, sorted.
    package func listing(_ name: String) throws -> [String] {
        let root = "\(path)/\(name)"
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root)
        return paths.map { item in
            var status = stat()
            lstat("\(root)/\(item)", &status)
            switch status.st_mode & S_IFMT {
            case S_IFDIR: return item + "/"
            case S_IFLNK:
                // a link that was just seen has a target
                return item + " -> " + ((try? FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/\(item)")) ?? "")
            case S_IFREG: return item
            default: return item + " special"
            }
        }.sorted()
    }

    package func mode(_ name: String) -> UInt32 {
        var status = stat()
        return lstat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o7777 : 0
    }
}
