import Core
import FoundationEssentials
import Glibc
import Testing

@testable import Deploy

@Suite("A project's folders")
struct ProjectFoldersTests {
    private func withFolders(_ body: (ProjectFolders, ProjectName) throws -> Void) throws {
        let data = "/tmp/nodepilot-folders-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: data) }  // in /tmp: nothing depends on it
        let folders = ProjectFolders(data: data)
        try folders.prepare()
        try body(folders, try ProjectName("shop"))
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("may be entered only by those who need to")
    func modes() throws {
        try withFolders { folders, shop in
            try folders.prepare(shop, owners: nil)
            #expect(try mode(folders.project(shop)) == 0o711)
            #expect(try mode(folders.logs(shop)) == 0o700)
            #expect(try mode(folders.appData(shop)) == 0o700)
            #expect(try mode(folders.uploads) == 0o700)
        }
    }

    @Test("a staged tree becomes a release, in the place of what a failed attempt left there")
    func promotion() throws {
        try withFolders { folders, shop in
            try folders.prepare(shop, owners: nil)
            try folders.prepareStage(7, owners: nil)
            try Data("new".utf8).write(to: URL(filePath: "\(folders.stagedTree(7))/file"))
            try FileManager.default.createDirectory(
                atPath: "\(folders.release(shop, 1))/old", withIntermediateDirectories: true)
            try folders.promoteStage(7, to: shop, 1)
            #expect(folders.entries(of: folders.release(shop, 1)) == ["file"])
            #expect(try mode(folders.release(shop, 1)) == 0o750)
        }
    }

    @Test("are removed whole, and what is not there is no error")
    func removal() throws {
        try withFolders { folders, shop in
            try folders.prepare(shop, owners: nil)
            try folders.remove(folders.project(shop))
            #expect(!FileManager.default.fileExists(atPath: folders.project(shop)))
            try folders.remove(folders.project(shop))
        }
    }

    @Test("their size counts each file once and follows no link")
    func size() throws {
        try withFolders { folders, shop in
            try folders.prepare(shop, owners: nil)
            let data = folders.appData(shop)
            try Data(repeating: 1, count: 100_000).write(to: URL(filePath: "\(data)/a"))
            #expect(symlink("/usr", "\(data)/usr") == 0)
            #expect((100_000..<200_000).contains(folders.size(of: data)))
        }
    }
}
