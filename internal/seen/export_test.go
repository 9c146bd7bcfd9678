package seen

// Len returns how many entries the cache has.
func (c *Cache) Len() (n int) {
	for i := range c.buckets {
		for j := range c.buckets[i].entries {
			if c.buckets[i].entries[j].by[0].Load() != 0 {
				n++
			}
		}
	}
	return n
}

// WhileWriting runs a function while an entry of each bucket is being written.
func (c *Cache) WhileWriting(f func()) {
	for i := range c.buckets {
		b := &c.buckets[i]
		b.version.Add(1)
		defer b.version.Add(1)
	}
	f()
}

// Read is what looks for an entry in the first bucket.
func (c *Cache) Read(f func() bool) bool { return c.buckets[0].read(f) }

// Write is what adds one to it. It reports whether f was called.
func (c *Cache) Write(f func() bool) (called bool) {
	c.buckets[0].write(func(*entry) bool { called = true; return f() })
	return called
}
