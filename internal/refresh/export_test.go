package refresh

import "time"

// ShiftWallClock makes a Value believe that the wall clock jumped since its last fetch.
func (v *Value[T, E]) ShiftWallClock(jump time.Duration) {
	shifted := *v.latest.Load()
	shifted.wall -= int64(jump)
	v.latest.Store(&shifted)
}

// WhileHeld runs a function while callers that find the value due have to wait.
func (v *Value[T, E]) WhileHeld(f func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f()
}
