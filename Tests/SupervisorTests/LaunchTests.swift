import Core
import Glibc
import Testing

@testable import Supervisor

@Suite("nodepilot launch")
struct LaunchTests {
    @Test("A launched process has the descriptors 0, 1 and 2 and no other")
    func descriptors() async throws {
        try await Workshop.with { workshop in
            // Descriptors that are not close-on-exec, as those of network libraries are.
            let leaky = (0..<20).map { _ in open("/dev/null", O_RDONLY) }
            defer { for descriptor in leaky { close(descriptor) } }
            let (status, lines) = try await workshop.run(
                workshop.job(["sh", "-c", "ls /proc/$$/fd; true"]))
            #expect(status == .exited(0))
            #expect(lines == ["0", "1", "2"])
        }
    }

    @Test("The environment is exactly the plan's")
    func environment() async throws {
        try await Workshop.with { workshop in
            let environment = ["PATH": Workshop.path, "GREETING": "hello = world\n two", "EMPTY": ""]
            let (_, told) = try await workshop.run(workshop.job(["env", "-0"], environment: environment))
            #expect(
                told.joined(separator: "\n").split(separator: "\0").map(String.init).sorted()
                    == ["EMPTY=", "GREETING=hello = world\n two", "PATH=\(Workshop.path)"])
        }
    }

    @Test("Signals are at their defaults and none is blocked, whatever our own threads do")
    func signals() async throws {
        try await Workshop.with { workshop in
            let previous = signal(SIGPIPE, SIG_IGN)
            defer { signal(SIGPIPE, previous) }
            let (_, lines) = try await workshop.run(workshop.job(["cat", "/proc/self/status"]))
            let told = lines.filter { $0.hasPrefix("SigB") || $0.hasPrefix("SigI") || $0.hasPrefix("SigC") }
            #expect(told == ["SigBlk", "SigIgn", "SigCgt"].map { "\($0):\t0000000000000000" })
        }
    }

    @Test("A launched process leads a session of its own and can gain no privileges")
    func sessionAndPrivileges() async throws {
        try await Workshop.with { workshop in
            let (_, lines) = try await workshop.run(
                workshop.job([
                    "sh", "-c", "grep NoNewPrivs /proc/self/status; cut -d' ' -f1,6 /proc/$$/stat; pwd; umask",
                ]))
            try #require(lines.count == 4)
            #expect(lines[0] == "NoNewPrivs:\t1")
            let numbers = lines[1].split(separator: " ")
            #expect(numbers.first == numbers.last)
            #expect(lines[2] == workshop.root + "/app")
            #expect(lines[3] == "0077")
        }
    }

    @Test("Limits are the defaults and the plan's")
    func limits() async throws {
        try await Workshop.with { workshop in
            let limits = ResourceLimits(openFiles: 123, cpuSeconds: 7)
            let (_, lines) = try await workshop.run(
                workshop.job(["sh", "-c", "ulimit -n; ulimit -t; ulimit -c"], limits: limits))
            #expect(lines == ["123", "7", "0"])
            let (_, defaults) = try await workshop.run(workshop.job(["sh", "-c", "ulimit -n"]))
            let open = try #require(defaults.first.flatMap { Int($0) })
            // Where even root may not raise it, what there is.
            var own = rlimit()
            getrlimit(Int32(RLIMIT_NOFILE.rawValue), &own)
            #expect(open == 65_536 || open == Int(own.rlim_max))
        }
    }

    @Test("A program that does not exist, may not be executed or is none is told in words")
    func failuresInWords() async throws {
        try await Workshop.with { workshop in
            try workshop.write("plain", "not a program")
            chmod(workshop.root + "/app/plain", 0o644)
            try workshop.write("lost", "#!/no/such/interpreter\n")
            try workshop.write("script", "echo no first line needed\n")
            for (program, words) in [
                ("no-such-program", "was not found"), ("./plain", "may not be executed"),
                ("./lost", "is not a program for this machine"),
            ] {
                let error = await #expect(throws: NodePilotError.self) {
                    try await workshop.run(workshop.job([program]))
                }
                #expect(error?.code == .unprocessable)
                #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
                #expect(error?.message.contains(program) == true)
            }
            #expect(try await workshop.run(workshop.job(["./script"])).lines == ["no first line needed"])
        }
    }

    @Test("A folder that is not there and a tool that is not known are told in words")
    func otherFailures() async throws {
        try await Workshop.with { workshop in
            var job = workshop.job(["true"])
            job.workingDirectory = "/no/such/folder"
            var error = await #expect(throws: NodePilotError.self) { try await workshop.run(job) }
            #expect(error?.message.contains("/no/such/folder") == true)
            job = workshop.job(["true"])
            job.program = .tool("juggle", ["1"])
            error = await #expect(throws: NodePilotError.self) { try await workshop.run(job) }
            #expect(error?.message.contains("juggle") == true)
            job = workshop.job(["echo", "a\0b"])
            error = await #expect(throws: NodePilotError.self) { try await workshop.run(job) }
            #expect(error?.code == .invalidInput)
        }
    }

    @Test(
        "As root: the runner and the builder are users of their own, the group is shared",
        .enabled(if: Workshop.isRoot, "needs root"))
    func dropsToUsers() async throws {
        try await Workshop.with(enforced: true) { workshop in
            let script = "id -un; id -gn; id -G | wc -w; umask; cat /etc/shadow 2>/dev/null || echo denied"
            let runner = try await workshop.run(workshop.job(["sh", "-c", script]))
            let builder = try await workshop.run(
                workshop.job(["sh", "-c", script], identity: .builder(Workshop.project)))
            let prefix = workshop.users.prefix
            #expect(runner.lines == ["\(prefix)p7", "\(prefix)p7", "1", "0077", "denied"])
            #expect(builder.lines == ["\(prefix)b7", "\(prefix)p7", "1", "0027", "denied"])
            // Once more is no harm, and both are gone in the end.
            let identity = try await workshop.users.identity(.runner(Workshop.project))
            #expect(identity.uid != 0)
            try await workshop.users.remove(Workshop.project)
            #expect(UnixDatabase().user("\(prefix)p7") == nil)
            #expect(UnixDatabase().user("\(prefix)b7") == nil)
            #expect(UnixDatabase().group("\(prefix)p7") == nil)
        }
    }

    @Test("A plan survives its encoding, and nothing else decodes")
    func planCoding() throws {
        let plan = LaunchPlan(
            program: .tool("unpack", ["a", "", "ünï"]), environment: ["A=1", "B="], workingDirectory: "/x",
            user: .init(uid: 1001, gid: 1002), umask: 0o27, limits: ResourceLimits(processes: 9, cpuSeconds: 3))
        let bytes = plan.encoded()
        #expect(LaunchPlan(encoded: bytes) == plan)
        for length in bytes.indices { #expect(LaunchPlan(encoded: Array(bytes[..<length])) == nil) }
        var hostile = bytes
        for index in bytes.indices {
            hostile[index] = 0xFF
            _ = LaunchPlan(encoded: hostile)
            hostile[index] = bytes[index]
        }
        let failure = LaunchFailure(.directory, ENOENT, "/x")
        #expect(LaunchFailure(encoded: failure.encoded) == failure)
        #expect(LaunchFailure(encoded: [1, 2]) == nil)
    }

    @Test("Only plain prefixes make user names")
    func prefixes() {
        for prefix in ["", "N", "1n", "n-", "root:", "abcdefghijklm"] {
            #expect(throws: NodePilotError.self) { try UnixUsers(prefix: prefix) }
        }
    }
}
