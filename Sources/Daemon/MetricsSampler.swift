import Core
import FoundationEssentials
import ServiceLifecycle
import Supervisor

/// Samples the machine and every project at a fixed interval, for the charts and the event stream.
struct MetricsSampler: Service {
    let supervisor: Supervisor
    let probe: SystemProbe
    let history: UsageHistory
    let hub: EventHub
    let interval: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let sample = MetricsSample(
                    at: Date(), system: probe.usage(), projects: await supervisor.usage())
                history.add(sample)
                hub.send(.metrics(sample))
                try? await Task.sleep(for: interval)  // cancelled: the loop ends
            }
        }
    }
}
