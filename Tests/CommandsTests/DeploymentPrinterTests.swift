import APIClient
import Commands
import Core
import Testing

@Suite("A deployment on the screen")
struct DeploymentPrinterTests {
    private static let terminal = Terminal(isInteractive: true, usesColour: false, width: 80)
    private static let retry = "nodepilot deploy ./shop --project shop"

    private static func success() throws -> [(DeployingInput, Int)] {
        [
            (.packing(files: 214, bytes: 3_100_000), 0), (Fixture.sent(0), 0), (Fixture.sent(600_000), 150),
            (Fixture.sent(1_200_000), 300), (try Fixture.accepted(), 310),
            (Fixture.step(.upload, .success, "1.2 MB", ms: 290), 320),
            (Fixture.step(.unpack, .success, "214 files", ms: 40), 320),
            (Fixture.step(.detect, .success, "Node.js 20.19.2 with npm", ms: 1), 320),
            (Fixture.step(.install, .running, ms: nil), 330), (Fixture.log(1, .install, "added 57 packages"), 380),
            (Fixture.step(.install, .success, "npm ci, unchanged lockfile: from the cache", ms: 100), 430),
            (Fixture.step(.build, .skipped), 430), (Fixture.step(.start, .success, "web.1 of release 4", ms: 96), 530),
            (Fixture.step(.healthy, .success, "GET / answered 200", ms: 20), 550),
            (Fixture.step(.live, .success, "https://shop.example.com", ms: 1), 560),
            (.event(.finished(try Fixture.deployment(.success))), 561),
        ]
    }

    private func play(_ inputs: [(DeployingInput, Int)], on printer: DeploymentPrinter) -> [DeployingOutput] {
        var printer = printer
        return inputs.flatMap { printer.receive($0.0, at: .milliseconds($0.1)) }
    }

    private func lines(_ outputs: [DeployingOutput]) -> [String] {
        outputs.compactMap { if case .line(let text) = $0 { text } else { nil } }
    }

    private func errors(_ outputs: [DeployingOutput]) -> [String] {
        outputs.compactMap { if case .error(let text) = $0 { text } else { nil } }
    }

    @Test("is the face that people know")
    func face() throws {
        let outputs = play(try Self.success(), on: DeploymentPrinter(terminal: Self.terminal, retry: Self.retry))
        #expect(
            lines(outputs) == [
                "  upload    1.2 MB  ████████████████████  100 %           0.3 s",
                "  unpack    214 files                                     0.0 s",
                "  install   npm ci, unchanged lockfile: from the cache    0.1 s",
                "  start     web.1 of release 4                            0.1 s",
                "  healthy   GET / answered 200                            0.0 s",
                "  live      https://shop.example.com                      0.6 s",
            ])
    }

    @Test("shows what is going on in a line that is rewritten")
    func status() throws {
        let outputs = play(try Self.success(), on: DeploymentPrinter(terminal: Self.terminal, retry: Self.retry))
        let states = outputs.compactMap { if case .status(let text) = $0 { text } else { nil } }
        #expect(states.first == "  pack      214 files, 3.1 MB                             0.0 s")
        #expect(states.contains("  upload    1.2 MB  ██████████             50 %           0.2 s"))
        #expect(states.contains("  install   added 57 packages                             0.1 s"))
    }

    @Test("lets the time of the running step go on")
    func tick() throws {
        var printer = DeploymentPrinter(terminal: Self.terminal, retry: Self.retry)
        _ = printer.receive(Fixture.step(.install, .running, "npm ci", ms: nil), at: .seconds(1))
        #expect(
            printer.receive(.tick, at: .milliseconds(3500))
                == [.status("  install   npm ci                                        2.5 s")])
    }

    @Test("is a plain line for each step where nobody looks")
    func plain() throws {
        let outputs = play(try Self.success(), on: DeploymentPrinter(terminal: .plain, retry: Self.retry))
        #expect(outputs.count == 6)
        #expect(lines(outputs).first == "  upload    1.2 MB                                        0.3 s")
        #expect(!lines(outputs).joined().contains("\u{1b}"))
    }

    @Test("tells each step and line once, though a stream that is opened again repeats them")
    func repeated() throws {
        let inputs = try Self.success()
        let twice = Array(inputs.dropLast()) + inputs.dropFirst(5)
        let once = play(inputs, on: DeploymentPrinter(terminal: .plain, retry: Self.retry))
        #expect(play(twice, on: DeploymentPrinter(terminal: .plain, retry: Self.retry)) == once)
    }

    @Test("tells the steps of a deployment whose stream was missed from its result")
    func fromResult() throws {
        var result = try Fixture.deployment(.success)
        result.steps = [
            DeploymentStep(name: .unpack, status: .success, startedAt: Fixture.date, durationMs: 40, detail: "3 files")
        ]
        let outputs = play(
            [(try Fixture.accepted(), 0), (.event(.finished(result)), 900)],
            on: DeploymentPrinter(terminal: .plain, retry: Self.retry))
        #expect(lines(outputs).count == 2)
        #expect(lines(outputs)[1].contains("https://shop.example.com"))
    }

    @Test("shows the log under its step when asked for everything")
    func everything() throws {
        let printer = DeploymentPrinter(terminal: .plain, detail: .everything, retry: Self.retry)
        #expect(lines(play(try Self.success(), on: printer)).contains("    added 57 packages"))
    }

    private func failed(
        at step: DeploymentStep.Name, _ log: [DeployingInput], detail: DeploymentPrinter.Detail = .steps
    ) throws -> [DeployingOutput] {
        let failure = DeploymentFailure(
            step: step, code: .unprocessable, message: "npm ci ended with exit code 1.\nmore",
            hint: "Run npm install and try again.")
        let inputs =
            [try Fixture.accepted(), Fixture.step(step, .running, ms: nil)] + log
            + [
                Fixture.step(step, .failed, "exit code 1", ms: 900),
                .event(.finished(try Fixture.deployment(.failed, failure: failure))),
            ]
        return play(inputs.map { ($0, 0) }, on: DeploymentPrinter(terminal: .plain, detail: detail, retry: Self.retry))
    }

    @Test("ends a failure with the cause, the log that matters, and what to do")
    func failure() throws {
        let outputs = try failed(
            at: .install,
            [
                Fixture.log(1, .detect, "Node.js"), Fixture.log(2, .install, "npm error code EUSAGE"),
                Fixture.log(3, .install, ""), Fixture.log(4, .install, "npm error \u{1b}[31mMissing: express"),
                Fixture.log(5, .install, "npm error A complete log of this run can be found in: /x/_logs/y"),
            ])
        #expect(lines(outputs) == ["  install   failed: exit code 1                           0.9 s"])
        #expect(
            errors(outputs) == [
                "", "Failed: npm ci ended with exit code 1.", "  npm error code EUSAGE", "  npm error Missing: express",
                "Run npm install and try again.", "Release 3 stays live.",
                "Try: nodepilot deploy ./shop --project shop --verbose",
            ])
    }

    @Test("shows the last lines of a long log, not all of it")
    func longLog() throws {
        let outputs = try failed(at: .start, (1...5000).map { Fixture.log($0, .start, "line \($0)") })
        let shown = errors(outputs).filter { $0.hasPrefix("  line") }
        #expect(shown == (4989...5000).map { "  line \($0)" })
        #expect(errors(outputs).last == "Try: nodepilot logs shop -n 100")
    }

    @Test("shows what came before when the step that failed wrote nothing")
    func silentStep() throws {
        let outputs = try failed(at: .healthy, [Fixture.log(1, .start, "Error: Cannot find module 'express'")])
        #expect(errors(outputs).contains("  Error: Cannot find module 'express'"))
    }

    @Test("says nothing but failures when it is to be quiet")
    func quiet() throws {
        let printer = DeploymentPrinter(terminal: Self.terminal, detail: .failures, retry: Self.retry)
        #expect(play(try Self.success(), on: printer).isEmpty)
        let outputs = try failed(at: .install, [], detail: .failures)
        #expect(lines(outputs).isEmpty)
        #expect(errors(outputs).contains("Failed: npm ci ended with exit code 1."))
    }

    @Test("never lets a rewritten line wrap, and never cuts the address", arguments: [20, 40, 64, 65, 80])
    func narrow(width: Int) throws {
        let terminal = Terminal(isInteractive: true, usesColour: false, width: width)
        let outputs = play(try Self.success(), on: DeploymentPrinter(terminal: terminal, retry: Self.retry))
        for case .status(let text) in outputs where width >= 30 { #expect(TerminalText.columns(text) < width) }
        #expect(lines(outputs).last?.contains("https://shop.example.com") == true)
    }

    @Test("is one JSON object for each event for programs")
    func json() throws {
        var reporter = DeploymentJSON()
        let outputs = try Self.success().flatMap { reporter.receive($0.0, at: .milliseconds($0.1)) }
        let texts = lines(outputs)
        #expect(texts.count == outputs.count)
        #expect(texts.first == #"{"data":{"sent_bytes":0,"total_bytes":1200000},"event":"upload"}"#)
        #expect(texts.allSatisfy { $0.hasPrefix("{\"data\":{") && $0.hasSuffix("\"}") })
        #expect(texts.last?.contains(#""event":"deployment""#) == true)
    }
}
