import Core
import Testing

@Suite("Words for people")
struct ExitStatusTests {
    @Test(
        "An exit status says itself in words",
        arguments: [
            (Core.ExitStatus.exited(0), "exit code 0", true), (.exited(1), "exit code 1", false),
            (.signaled(9), "killed by signal 9 (SIGKILL)", false), (.signaled(64), "killed by signal 64", false),
            (.timedOut, "killed at its time limit", false), (.unknown, "an unknown exit status", false),
        ])
    func words(_ status: Core.ExitStatus, _ text: String, _ isSuccess: Bool) {
        #expect(status.inWords == text)
        #expect(status.isSuccess == isSuccess)
    }

    @Test("An error reads as what happened and what to do")
    func error() {
        #expect(
            "\(NodePilotError(.conflict, "It is taken.", hint: "Choose another."))" == "It is taken. Choose another.")
        #expect("\(NodePilotError.notFound("The project"))" == "The project was not found.")
    }

    @Test("Only success and failed are the end of a deployment")
    func finalStatus() {
        let final = [Deployment.Status.queued, .running, .success, .failed].filter(\.isFinal)
        #expect(final == [.success, .failed])
    }
}
