import Core
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Deploy

@Suite("A project's folders")
struct ProjectFoldersTests {
    @Test("have the modes that let the right users pass, whatever the umask, and stay when they are there")
    func modes() throws {
        let place = try TemporaryFolder()
        let folders = ProjectFolders(data: try place.folder("data"))
        let name = try ProjectName("shop")
        try folders.prepare()
        try folders.prepare(name, owners: nil)
        try place.write("data/projects/shop/data/kept", "x")
        try folders.prepare(name, owners: nil)
        try folders.prepareStage(7, owners: nil)
        #expect(try place.read("data/projects/shop/data/kept") == "x")
        for (path, mode) in [
            ("", 0o711), ("/projects", 0o711), ("/staging", 0o711), ("/uploads", 0o700), ("/projects/shop", 0o711),
            ("/projects/shop/releases", 0o711), ("/projects/shop/data", 0o700), ("/projects/shop/logs", 0o700),
            ("/staging/7", 0o711), ("/staging/7/tree", 0o700), ("/staging/7/home", 0o700),
        ] as [(String, UInt32)] {
            #expect(place.mode("data\(path)") == mode, "\(path)")
        }
    }

    @Test("give a staged tree its place, over what an earlier attempt left there")
    func promotion() throws {
        let place = try TemporaryFolder()
        let folders = ProjectFolders(data: try place.folder("data"))
        let name = try ProjectName("shop")
        try folders.prepare()
        try folders.prepare(name, owners: nil)
        try folders.prepareStage(7, owners: nil)
        try place.write("data/staging/7/tree/new", "12345")
        try place.write("data/projects/shop/releases/1/old", "x")
        try folders.promoteStage(7, to: name, 1)
        #expect(try place.listing("data/projects/shop/releases") == ["1/", "1/new"])
        #expect(place.mode("data/projects/shop/releases/1") == 0o750)
        #expect(folders.size(of: folders.release(name, 1)) >= 5)
        let missing = #expect(throws: NodePilotError.self) { try folders.promoteStage(8, to: name, 2) }
        #expect(missing?.code == .internal)
    }

    @Test("are removed without following links, and one that is not there is fine")
    func removal() throws {
        let place = try TemporaryFolder()
        let folders = ProjectFolders(data: place.path)
        try place.write("kept/file", "x")
        try place.folder("gone")
        try #require(symlink(place.path + "/kept", place.path + "/gone/link") == 0)
        try folders.remove(place.path + "/gone")
        try folders.remove(place.path + "/gone")
        #expect(try place.listing(".") == ["kept/", "kept/file"])
        #expect(folders.entries(of: place.path + "/nowhere").isEmpty)
    }
}
