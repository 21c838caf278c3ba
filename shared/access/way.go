package access

import (
	"fmt"
	"maps"

	"github.com/ringfence/ringfence/shared/iameval"
)

// Way is how a request travels, and what it says besides action and resource.
type Way struct {
	// Name is the same in every snapshot of an environment; empty for a request of
	// which nothing more needs to be said.
	Name string
	// Context are condition keys.
	Context iameval.Context
	// Endpoint is the VPC endpoint that the request passes, such as s3; empty for
	// none.
	Endpoint string

	err error
}

// With adds condition keys; nil values take a key away.
func (w Way) With(name string, context iameval.Context) Way {
	merged := iameval.Context{}
	maps.Copy(merged, w.Context)
	maps.Copy(merged, context)
	maps.DeleteFunc(merged, func(_ string, values []string) bool { return values == nil })
	return Way{Name: name, Context: merged, Endpoint: w.Endpoint, err: w.err}
}

// Named is the way under another name.
func (w Way) Named(name string) Way {
	w.Name = name
	return w
}

// Plain is a request of which nothing more needs to be said.
var Plain = Way{Context: iameval.Context{}}

// Outside is a request from anywhere but the VPC, over TLS 1.3.
var Outside = Way{
	Name:    "from outside the VPC",
	Context: iameval.Context{"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "aws:ViaAWSService": {"false"}},
}

// Through is a request through an endpoint of the VPC, over TLS 1.3.
func (m *Model) Through(endpoint string) Way {
	w := Outside.Named("through the endpoint " + endpoint)
	if endpoint == "s3" {
		w.Name = throughEndpoint
	}
	w.Endpoint = endpoint
	for _, r := range m.snapshot.OfType(endpointType) {
		if r.Name != endpoint {
			continue
		}
		id, err := known(r, "id")
		if err != nil {
			w.err = fmt.Errorf("endpoint %s: its id is %w", endpoint, err)
			return w
		}
		return Way{Name: w.Name, Endpoint: endpoint, Context: w.With("", iameval.Context{"aws:SourceVpce": {id}}).Context}
	}
	w.err = fmt.Errorf("endpoint %s: %w", endpoint, ErrAbsent)
	return w
}

// The names of ways.
const (
	throughEndpoint        = "through the endpoint"
	throughAnotherEndpoint = "through another VPC's endpoint"
	overPlainHTTP          = "over plain HTTP"
	overOldTLS             = "over TLS 1.1"
	withCallersKey         = "encrypted with a key of the caller (SSE-C)"
	withOwnKey             = "encrypted with S3's own key"
	withUnnamedKey         = "encrypted with KMS, no key named"
	withOtherKey           = "encrypted with another key of KMS"
	withNamedKey           = "encrypted with the bucket's own key, named"
	foundInfected          = "that was found infected"
	taggedClean            = "tagged as clean by the caller"
	forAWS                 = "through sagemaker, for AWS"
	forAWSDirectly         = "directly, for AWS"
	encryptedTwice         = "encrypted twice with the bucket's own key (DSSE-KMS)"
	throughAnotherService  = "from outside the VPC, through another service"
	throughReplicaS3       = "through s3 of the replica's region"
	forTheAlarms           = ", for the alarms"
	forAnotherTopic        = ", for another topic"
	forTheQueue            = ", for the queue"
	forAnotherQueue        = ", for another queue"
)

// Inside is the way that everything in S3 is meant to take: from a private
// subnet, through the S3 endpoint, over TLS 1.3.
func (m *Model) Inside() Way { return m.Through("s3") }

// ViaService is a call to a key that a service makes for the caller.
func (m *Model) ViaService(service string) Way {
	return Way{Name: "through " + service, Context: iameval.Context{"kms:ViaService": {m.snapshot.Names.ServiceHost(service)}}}
}

const encryption = "s3:x-amz-server-side-encryption"

// WithCallersKey is a write with a key that the caller sends along (SSE-C).
func (w Way) WithCallersKey() Way {
	return w.With(withCallersKey, iameval.Context{encryption + "-customer-algorithm": {"AES256"}})
}

// WithOwnKey is a write that asks for S3's own key.
func (w Way) WithOwnKey() Way {
	return w.With(withOwnKey, iameval.Context{encryption: {"AES256"}})
}

// WithUnnamedKey is a write that asks for KMS and names no key: S3 takes the
// account's own key aws/s3 then, not the bucket's default.
func (w Way) WithUnnamedKey() Way {
	return w.With(withUnnamedKey, iameval.Context{encryption: {"aws:kms"}})
}

// WithKey is a write that names a key of KMS.
func (w Way) WithKey(name, arn string) Way {
	return w.With(name, iameval.Context{encryption: {"aws:kms"}, encryption + "-aws-kms-key-id": {arn}})
}

// OverPlainHTTP is the way without TLS.
func (w Way) OverPlainHTTP() Way {
	return w.With(overPlainHTTP, iameval.Context{"aws:SecureTransport": {"false"}})
}

// OverOldTLS is the way with a TLS that is too old.
func (w Way) OverOldTLS() Way {
	return w.With(overOldTLS, iameval.Context{"s3:TlsVersion": {"1.1"}})
}

// Elsewhere is the way through an endpoint of another VPC.
func (w Way) Elsewhere() Way {
	return w.With(throughAnotherEndpoint, iameval.Context{"aws:SourceVpce": {"vpce-other"}})
}
