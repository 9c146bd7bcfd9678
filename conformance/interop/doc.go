// Package interop holds this library against other people's: PyJWT, and jose and
// jsonwebtoken for Node. Its tests start one process for each, and skip those
// that are not installed; scripts/interop installs them. With JWT_INTEROP=required
// in the environment a client that is missing is a failure.
package interop
