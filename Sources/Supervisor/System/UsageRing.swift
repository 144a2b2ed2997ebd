import Core
import FoundationEssentials

/// Means of CPU and memory over spans of one length, the newest ones of them. Eight bytes a point.
struct UsageRing {
    private struct Point {
        var cpu: Float
        var kibibytes: UInt32
    }

    let intervalSeconds: Int
    let capacity: Int
    private var points: [Point?] = []
    /// The span of the point at the end of `points`, in intervals since 1970.
    private var newest = 0
    private var cpuSum = 0.0
    private var kibibytesSum = 0.0
    private var samples = 0

    init(intervalSeconds: Int, capacity: Int) {
        self.intervalSeconds = intervalSeconds
        self.capacity = capacity
    }

    mutating func add(cpuPercent: Double, memoryBytes: Int64, at date: Date) {
        let span = Int(date.timeIntervalSince1970) / intervalSeconds
        if points.isEmpty {
            newest = span
            points.append(nil)
        }
        // A clock that was set back adds to the point it was at.
        if span > newest { advance(to: span) }
        cpuSum += cpuPercent
        kibibytesSum += Double(memoryBytes / 1024)
        samples += 1
        let mean = Point(
            cpu: Float(cpuSum / Double(samples)), kibibytes: UInt32(min(kibibytesSum / Double(samples), 4e9)))
        points[points.count - 1] = mean
    }

    /// Oldest first; spans without a sample are left out.
    var series: UsageSeries {
        let first = newest - points.count + 1
        let known = points.enumerated().compactMap { index, point in
            point.map { point in
                UsageSeries.Point(
                    at: Date(timeIntervalSince1970: Double((first + index) * intervalSeconds)),
                    cpuPercent: Double(point.cpu), memoryBytes: Int64(point.kibibytes) * 1024)
            }
        }
        return UsageSeries(intervalSeconds: intervalSeconds, points: known)
    }

    // MARK: - Private

    private mutating func advance(to span: Int) {
        let steps = min(span - newest, capacity)
        points.append(contentsOf: repeatElement(nil, count: steps))
        points.removeFirst(max(0, points.count - capacity))
        newest = span
        (cpuSum, kibibytesSum, samples) = (0, 0, 0)
    }
}
