import Archive
import Core
import FoundationEssentials
import TestSupport
import Testing

@Suite("Packing a folder for a deployment")
struct ArchivePackerTests {
    private func packed(_ place: TemporaryFolder) throws -> (bytes: [UInt8], report: PackReport) {
        let file = place.path + "/out.zip"
        let report = try ArchivePacker.pack(folder: place.path + "/app", to: file) { _ in }
        return (try [UInt8](Data(contentsOf: URL(filePath: file))), report)
    }

    @Test("What is packed is what is unpacked, with modes, links and names of any script")
    func roundTrip() async throws {
        let place = try TemporaryFolder()
        try place.write("app/index.js", "console.log(1)")
        try place.write("app/public/größe/日本.txt", "x")
        try place.write("app/bin/run", "#!/bin/sh\n")
        try place.write("app/big", [UInt8](repeating: 7, count: 3_000_000))
        try place.write("app/empty", "")
        try await Shell.run("chmod 755 bin/run; ln -s ../bin/run public/start; mkfifo pipe", in: place.path + "/app")
        let (bytes, report) = try packed(place)
        let (unpacking, unpacked) = try await expectUnpacked(
            bytes,
            [
                "big", "bin/", "bin/run", "empty", "index.js", "public/", "public/größe/", "public/größe/日本.txt",
                "public/start -> ../bin/run",
            ])
        #expect(unpacking.place.mode("staging/bin/run") & 0o100 != 0)
        #expect(report.files == unpacked.files && report.bytes == unpacked.bytes)
        #expect(report.archiveBytes == UInt64(bytes.count))
        #expect(bytes.count < 100_000)
        try await Shell.run("unzip -tq out.zip", in: place.path)
        #expect(try packed(place).bytes == bytes)
    }

    @Test("Dependencies, version control and what .nodepilotignore names stay at home")
    func ignored() async throws {
        let place = try TemporaryFolder()
        for name in [
            "a.js", "a.log", "lib/b.log", "node_modules/x/y", "lib/node_modules/z", ".git/config", ".venv/bin/python",
            "lib/__pycache__/c", ".DS_Store", "build/x", "lib/build/x", "docs/a.pdf", "docs/deep/a.pdf", "tmp",
        ] {
            try place.write("app/" + name, "x")
        }
        try place.write("app/.nodepilotignore", "# ours\n*.log\n/build/\ndocs/*.pdf\ntmp/\n")
        try await expectUnpacked(
            packed(place).bytes,
            ["a.js", "docs/", "docs/deep/", "docs/deep/a.pdf", "lib/", "lib/build/", "lib/build/x", "tmp"])
    }

    @Test("A link out of the folder, an unclear pattern and an empty folder are refused, and nothing is left")
    func refused() async throws {
        for (script, words) in [
            ("ln -s ../secret out", "“out”: A link that leads out"), ("echo '!keep' > .nodepilotignore", "Line 1"),
            ("rm a.js; mkdir node_modules; touch node_modules/x", "nothing to deploy"),
        ] {
            let place = try TemporaryFolder()
            try place.write("app/a.js", "x")
            try await Shell.run(script, in: place.path + "/app")
            let error = #expect(throws: NodePilotError.self) { try packed(place) }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(!FileManager.default.fileExists(atPath: place.path + "/out.zip"))
        }
        let missing = try TemporaryFolder()
        #expect(throws: NodePilotError.self) { try packed(missing) }
    }

    @Test("An archive that is written into the packed folder does not hold itself")
    func itself() throws {
        let place = try TemporaryFolder()
        try place.write("app/a.js", "x")
        let report = try ArchivePacker.pack(folder: place.path + "/app", to: place.path + "/app/out.zip") { _ in }
        #expect(report.files == 1)
    }

    @Test("Progress counts files and bytes up to the report")
    func progress() throws {
        let place = try TemporaryFolder()
        for index in 0..<10 { try place.write("app/f\(index)", [UInt8](repeating: 1, count: 200_000)) }
        var seen: [PackProgress] = []
        let report = try ArchivePacker.pack(folder: place.path + "/app", to: place.path + "/out.zip") { seen.append($0) }
        #expect(seen.last == PackProgress(files: 10, bytes: 2_000_000))
        #expect(seen.map(\.bytes) == seen.map(\.bytes).sorted())
        #expect(report.files == 10 && report.bytes == 2_000_000)
    }
}
