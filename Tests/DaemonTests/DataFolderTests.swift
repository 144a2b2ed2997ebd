import Core
import FoundationEssentials
import Glibc
import Testing

@testable import Daemon

@Suite("The data folder")
struct DataFolderTests {
    private let folder = TestFolder()

    @Test("is made with the folders above it, and only passed through by others")
    func made() throws {
        let data = "\(folder.path)/a/b"
        try DataFolder.prepare(data)
        let mode = try FileManager.default.attributesOfItem(atPath: data)[.posixPermissions] as? Int
        #expect(mode.map { $0 & 0o066 } == 0)
        try DataFolder.prepare(data)
    }

    @Test("cannot be below a file")
    func belowFile() throws {
        let file = try folder.write("x", to: "file")
        #expect(throws: NodePilotError.self) { try DataFolder.prepare("\(file)/data") }
    }

    @Test(
        "as root, a folder above that the projects' users cannot pass through is named",
        .enabled(if: geteuid() == 0, "only root makes users for projects"))
    func impassable() throws {
        let above = "\(folder.path)/closed"
        #expect(mkdir(above, 0o700) == 0)
        let error = #expect(throws: NodePilotError.self) { try DataFolder.prepare("\(above)/data") }
        #expect(error?.message.contains(above) == true)
    }

    @Test("is held by one process at a time")
    func locked() throws {
        let first = try DataLock(data: folder.path)
        let error = #expect(throws: NodePilotError.self) { try DataLock(data: folder.path) }
        #expect(error?.code == .conflict)
        first.release()
        try DataLock(data: folder.path).release()
    }
}
