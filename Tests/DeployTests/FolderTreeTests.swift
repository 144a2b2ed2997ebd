import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Deploy

@Suite("Trees that others may change", .timeLimit(.minutes(2)))
struct FolderTreeTests {
    @Test("Removes files, folders, links, pipes and names that are not UTF-8, and nothing that a link names")
    func everything() throws {
        let folder = try TemporaryFolder()
        try folder.write("kept/file", "x")
        try folder.write("tree/a/b/file", "x")
        let tree = "\(folder.path)/tree"
        #expect(symlink("../kept", "\(tree)/link") == 0)
        #expect(mkfifo("\(tree)/a/pipe", 0o600) == 0)
        #expect(mkdir(Array("\(tree)/".utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0], 0o500) == 0)
        try FolderTree(path: tree).remove()
        #expect(try folder.listing(".") == ["kept/", "kept/file"])
        try FolderTree(path: tree).remove()

        #expect(symlink("kept", tree) == 0)
        try FolderTree(path: tree).remove()
        #expect(try folder.listing(".") == ["kept/", "kept/file"])
    }

    @Test("Removes trees that are deeper than a path can be long, and folders with thousands of files")
    func deepAndWide() throws {
        let folder = try TemporaryFolder()
        let tree = "\(folder.path)/tree"
        #expect(mkdir(tree, 0o700) == 0)
        for number in 0..<2_500 { try folder.write("tree/\(number)", "") }
        for branch in ["one", "two"] {
            var current = open(tree, O_RDONLY | O_DIRECTORY)
            for level in 0..<3_000 {
                let name = level == 0 ? branch : "d"
                try #require(mkdirat(current, name, 0o700) == 0)
                let next = openat(current, name, O_RDONLY | O_DIRECTORY)
                close(current)
                current = next
            }
            close(current)
        }
        try FolderTree(path: tree).remove()
        #expect(access(tree, F_OK) != 0)
    }

    @Test("A folder that is swapped for a link while it is removed leads nowhere")
    func race() throws {
        let folder = try TemporaryFolder()
        for number in 0..<50 { try folder.write("kept/\(number)", "x") }
        for _ in 0..<200 {
            for number in 0..<50 { try folder.write("tree/d/\(number)", "x") }
            let swapper = Swapper("\(folder.path)/tree/d", "\(folder.path)/kept")
            // With somebody at work in it, it may fail; nothing else may be touched.
            try? FolderTree(path: "\(folder.path)/tree").remove()
            swapper.stop()
            try FolderTree(path: "\(folder.path)/tree").remove()
            try #require(try folder.listing("kept").count == 50)
        }
    }

    @Test("Counts each file's blocks, and follows no link")
    func size() throws {
        let folder = try TemporaryFolder()
        try folder.write("tree/a/file", [UInt8](repeating: 1, count: 100_000))
        try folder.write("big", [UInt8](repeating: 1, count: 1_000_000))
        #expect(symlink("../big", "\(folder.path)/tree/link") == 0)
        #expect(symlink("../..", "\(folder.path)/tree/a/up") == 0)
        let size = FolderTree(path: "\(folder.path)/tree").size()
        #expect((100_000..<500_000).contains(size))
    }
}

/// Puts a link in the place of a folder, and the folder back, again and again, on a thread of its own.
private final class Swapper: Sendable {
    private let isStopped = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)

    init(_ folder: String, _ target: String) {
        DispatchQueue(label: "swapper").async { [self] in
            while !isStopped.load(ordering: .relaxed) {
                rename(folder, folder + "-aside")
                symlink(target, folder)
                unlink(folder)
                rename(folder + "-aside", folder)
            }
            ended.signal()
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        ended.wait()
    }
}
