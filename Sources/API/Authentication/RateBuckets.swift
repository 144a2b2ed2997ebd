/// Token buckets by key, of bounded memory: the one that was used longest ago makes room for a new one.
struct RateBuckets {
    private struct Bucket {
        var tokens: Double
        var at: Duration
    }

    private let burst: Double
    private let perSecond: Double
    private let capacity: Int
    private var buckets: [String: Bucket] = [:]

    /// - Parameters:
    ///   - burst: how many at once.
    ///   - perMinute: how many come back in a minute.
    init(burst: Int, perMinute: Int, capacity: Int = 4096) {
        self.burst = Double(burst)
        perSecond = Double(perMinute) / 60
        self.capacity = capacity
    }

    /// - Returns: nil when one was taken, or else how long to wait for the next.
    mutating func take(_ key: String, at now: Duration) -> Duration? {
        var bucket = filled(key, at: now)
        let missing = 1 - bucket.tokens
        if missing <= 0 { bucket.tokens -= 1 }
        if buckets[key] == nil { makeRoom(at: now) }
        buckets[key] = bucket
        return missing > 0 ? .seconds(missing / perSecond) : nil
    }

    var count: Int { buckets.count }

    // MARK: - Private

    private func filled(_ key: String, at now: Duration) -> Bucket {
        guard let bucket = buckets[key] else { return Bucket(tokens: burst, at: now) }
        return Bucket(tokens: tokens(of: bucket, at: now), at: now)
    }

    private func tokens(of bucket: Bucket, at now: Duration) -> Double {
        min(burst, bucket.tokens + max(0, (now - bucket.at) / .seconds(1)) * perSecond)
    }

    private mutating func makeRoom(at now: Duration) {
        guard buckets.count >= capacity else { return }
        // A bucket that is full again is as good as none.
        buckets = buckets.filter { tokens(of: $0.value, at: now) < burst }
        guard buckets.count >= capacity, let oldest = buckets.min(by: { $0.value.at < $1.value.at }) else { return }
        buckets[oldest.key] = nil
    }
}
