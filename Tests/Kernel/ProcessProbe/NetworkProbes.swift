func probeLoopback() throws {}
func probeDevice() throws {}
