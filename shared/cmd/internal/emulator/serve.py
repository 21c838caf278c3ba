"""Serves moto, an emulated AWS, on one loopback port.

Started by Ringfence only, as: serve.py PORT REPORT LEASH. PORT 0 takes a free
port. REPORT is a file descriptor that gets one line of JSON once the port is
open. LEASH is a file descriptor tied to whoever started us: when it closes
without a byte, we end with them; a byte sets us free.
"""

import collections
import datetime
import importlib
import io
import json
import os
import re
import sys
import threading
import urllib.parse

import moto
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server import werkzeug_app
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

# The services that every estate uses. Loading them takes seconds; it happens
# while the first client is still getting ready.
SERVICES = ("sts", "ec2", "iam", "kms", "s3", "logs", "events", "cloudwatch", "sns", "cloudtrail", "ssm")


def take_names_and_arns_of_trails():
    """AWS takes a trail's ARN wherever it takes its name. moto before 5.2.3
    fails on it when logging starts or stops, and every version so far ignores
    it when a trail is deleted, and describes all trails whichever are named."""
    backend = importlib.import_module("moto.cloudtrail.models").CloudTrailBackend

    def by_name(original):
        def call(self, name):
            return original(self, self.get_trail(name).trail_name)

        return call

    for method in ("start_logging", "stop_logging", "delete_trail"):
        setattr(backend, method, by_name(getattr(backend, method)))
    responses = importlib.import_module("moto.cloudtrail.responses").CloudTrailResponse
    describe = responses.describe_trails

    def describe_named(self):
        named = self._get_param("trailNameList")
        trails = json.loads(describe(self))["trailList"]
        return json.dumps({"trailList": [t for t in trails if not named or t["Name"] in named or t["TrailARN"] in named]})

    responses.describe_trails = describe_named


def keep_descriptions_of_rules():
    """AWS keeps the description of a security-group rule whatever the rule is
    about. moto keeps it for address ranges only, so that a rule about a group
    or a prefix list changes at every refresh."""
    rule = importlib.import_module("moto.ec2.models.security_groups").SecurityGroupRule
    original = rule.__init__

    def init(self, backend, protocol, group, low, high, address=None, other_group=None, prefix_list=None, **rest):
        original(self, backend, protocol, group, low, high, address, other_group, prefix_list, **rest)
        self.kept_description = (other_group or prefix_list or {}).get("Description")
        # Two rules that differ in their description only are the same rule.
        self.source_group = {k: v for k, v in self.source_group.items() if k != "Description"}

    def description(self):
        return self.ip_range.get("Description", self.kept_description)

    rule.__init__ = init
    rule.description = property(description)


def say_who_hears_of_objects():
    """AWS says of a bucket whether it tells EventBridge of its objects. moto
    keeps it and does not say so, so that it is turned on again at every
    deployment."""
    s3 = importlib.import_module("moto.s3.responses").S3Response
    original = s3.serialized

    def serialized(self, answer):
        if self.data.get("Action") == "GetBucketNotificationConfiguration":
            kept = self.backend.get_bucket_notification_configuration(self.bucket_name)
            if kept and kept.event_bridge is not None:
                answer.result["EventBridgeConfiguration"] = {}
        return original(self, answer)

    s3.serialized = serialized


def judge_no_access_to_buckets():
    """moto judges nobody's access, with one exception: a bucket's policy, of
    which it reads neither the conditions nor the principals. A bucket that
    denies plain HTTP would then deny every object to everybody."""
    permissions = importlib.import_module("moto.iam.access_control").PermissionResult
    bucket = importlib.import_module("moto.s3.models").FakeBucket
    bucket.get_permission = lambda self, action, resource: permissions.NEUTRAL


def say_how_long_objects_are_locked():
    """AWS says of an object how long it is locked. moto locks it, and answers
    with the object."""
    s3 = importlib.import_module("moto.s3.responses").S3Response
    original = s3._key_response_get

    def get(self, query, key_name):
        if "retention" not in query:
            return original(self, query, key_name)
        key, _ = self._get_key()
        if not key.lock_mode:
            error = "<Error><Code>NoSuchObjectLockConfiguration</Code><Message>The object has no lock</Message></Error>"
            return 404, {"content-type": "application/xml"}, error
        lock = f"<Mode>{key.lock_mode}</Mode><RetainUntilDate>{key.lock_until}</RetainUntilDate>"
        return 200, {"content-type": "application/xml"}, f"<Retention>{lock}</Retention>"

    s3._key_response_get = get


def with_access_analyzer(app):
    """moto has no IAM Access Analyzer. This one keeps analyzers and their tags
    and never finds anything. They lie in moto's IAM, so that a reset of moto
    takes them too."""

    def serve(environ, start_response):
        signed = re.search(r"/([^/]+)/access-analyzer/aws4_request", environ.get("HTTP_AUTHORIZATION", ""))
        if not signed:
            return app(environ, start_response)
        kept = vars(get_backend("iam")[DEFAULT_ACCOUNT_ID]["aws"]).setdefault("analyzers", {})
        try:
            answer = Response(json.dumps(answer_access_analyzer(Request(environ), signed[1], kept)))
        except KeyError as missing:
            answer = Response(json.dumps({"message": f"no such analyzer: {missing}"}), 404)
            answer.headers["x-amzn-ErrorType"] = "ResourceNotFoundException"
        answer.content_type = "application/json"
        return answer(environ, start_response)

    return serve


def answer_access_analyzer(request, region, kept):
    kind, _, name = request.path[1:].partition("/")
    if kind == "tags":
        tags = kept[name]["tags"]  # the name is an ARN
        if request.method == "POST":
            tags.update(request.get_json(force=True)["tags"])
        for key in request.args.getlist("tagKeys"):
            tags.pop(key, None)
        return {"tags": tags}
    arns = f"arn:aws:access-analyzer:{region}:{DEFAULT_ACCOUNT_ID}:analyzer/"
    if request.method == "PUT":
        new = request.get_json(force=True)
        kept[arns + new["analyzerName"]] = {
            "arn": arns + new["analyzerName"],
            "name": new["analyzerName"],
            "type": new["type"],
            "configuration": new.get("configuration"),
            "tags": new.get("tags") or {},
            "status": "ACTIVE",
            "createdAt": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        }
        return {"arn": arns + new["analyzerName"]}
    if not name:
        return {"analyzers": [a for arn, a in kept.items() if arn.startswith(arns)]}
    analyzer = kept[arns + name]
    if request.method == "DELETE":
        del kept[arns + name]
        return {}
    return {"analyzer": analyzer}


def list_all_tagged_of_ec2():
    """AWS lists every tagged resource of EC2 by its tags. moto leaves some kinds
    out, and calls flow logs otherwise than AWS does. Before moto 5.2.5 there is no
    such list to add to: what a lost answer has left there of these kinds is not found."""
    backend = importlib.import_module("moto.ec2.models").EC2Backend
    try:
        resource = importlib.import_module("moto.core.resource_tagging").TaggedResource
    except ModuleNotFoundError:
        return
    original = backend.iter_tagged_resources

    def listed(self):
        for found in original(self):
            found.arn = found.arn.replace(":flow-logs/", ":vpc-flow-log/")
            yield found
        arn = f"arn:{self.partition}:ec2:{self.region_name}:{self.account_id}:"
        others = {
            # moto keeps the list that came with a VPC when both are deleted.
            "network-acl": [id for id, acl in self.network_acls.items() if acl.vpc_id in self.vpcs],
            "vpc-endpoint": [id for id, endpoint in self.vpc_end_points.items() if endpoint.state != "deleted"],
            "security-group-rule": [
                rule.id
                for groups in self.groups.values()
                for group in groups.values()
                for rule in (*group.ingress_rules, *group.egress_rules)
            ],
        }
        for kind, ids in others.items():
            for id in list(ids):
                yield resource(f"{arn}{kind}/{id}", dict(self.tags.get(id, {})), f"ec2:{kind}")

    backend.iter_tagged_resources = listed


def count_resources_to_a_page():
    """AWS counts the resources to a page of a list by tags, and their tags where it
    is asked to. moto ends every page after 100 tags as well, which is sixteen
    resources of the estate."""
    backend = importlib.import_module("moto.resourcegroupstaggingapi.models").ResourceGroupsTaggingAPIBackend
    original = backend.get_resources

    def paged(self, *args, tags_per_page=None, **named):
        return original(self, *args, tags_per_page=sys.maxsize, **named)

    backend.get_resources = paged


def delete_what_is_meant():
    """AWS deletes what it is told to, however many calls come at once, and says
    that there is nothing to delete when it is told again. moto forgets the
    deletion of a metric filter where two come at once, and fails on a role that is
    in no instance profile any more."""
    filters = importlib.import_module("moto.logs.metric_filters").MetricFilters
    guard = threading.Lock()
    for method in ("add_filter", "delete_filter"):
        original = getattr(filters, method)

        def alone(self, *args, original=original, **named):
            with guard:
                return original(self, *args, **named)

        setattr(filters, method, alone)
    backend = importlib.import_module("moto.iam.models").IAMBackend
    missing = importlib.import_module("moto.iam.exceptions").NotFoundException
    remove = backend.remove_role_from_instance_profile

    def remove_role(self, profile_name, role_name):
        try:
            remove(self, profile_name, role_name)
        except ValueError:
            raise missing(f"Instance Profile {profile_name} has no role {role_name}.") from None

    backend.remove_role_from_instance_profile = remove_role


def know_policies_of_aws():
    """AWS has managed policies of its own in every account; moto has them where
    it is told to."""
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"


def once(app):
    """A client whose connection breaks before the answer arrives asks again,
    under the number of its first try. On a busy machine that happens, and what
    was created would be refused as there already. The first answer is kept and
    given again. EC2 itself does so for the same client token, which moto takes
    and does not heed."""
    answers, guard = collections.OrderedDict(), threading.Lock()

    def serve(environ, start_response):
        numbers = [environ.get("HTTP_AMZ_SDK_INVOCATION_ID"), client_token(environ)]
        if environ["REQUEST_METHOD"] == "GET" or not any(numbers):
            return app(environ, start_response)
        with guard:
            # A second try is known by either.
            turn, kept = next((answers[n] for n in numbers if n in answers), (threading.Lock(), []))
            answers.update((n, (turn, kept)) for n in numbers if n)
            while len(answers) > 500:
                answers.popitem(last=False)
        with turn:  # the first try may still be at work
            if not kept:
                head = []
                body = app(environ, lambda *start: head.append(start))
                content = b"".join(body)
                if not head[0][0].startswith("2"):
                    start_response(*head[0])
                    return [content]
                kept += [head[0], content]
        start_response(*kept[0])
        return [kept[1]]

    return serve


def client_token(environ):
    """The client token of a request to EC2, with its action; None without one."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return None
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    form = urllib.parse.parse_qs(body.decode())
    return "ClientToken" in form and "/ec2/" in environ.get("HTTP_AUTHORIZATION", "") and form["Action"][0] + form["ClientToken"][0]


def end_with_parent(leash):
    if not os.read(leash, 1):
        os._exit(0)


def load():
    for service in SERVICES:
        get_backend(service)


def main(port, report, leash):
    threading.Thread(target=end_with_parent, args=(leash,), daemon=True).start()
    take_names_and_arns_of_trails()
    keep_descriptions_of_rules()
    say_who_hears_of_objects()
    judge_no_access_to_buckets()
    say_how_long_objects_are_locked()
    list_all_tagged_of_ec2()
    count_resources_to_a_page()
    delete_what_is_meant()
    know_policies_of_aws()
    server = make_server(
        "127.0.0.1",
        port,
        once(with_access_analyzer(werkzeug_app.DomainDispatcherApplication(werkzeug_app.create_backend_app))),
        threaded=True,
        request_handler=getattr(werkzeug_app, "MotoRequestHandler", None),
    )
    # moto builds addresses of its own from this, such as those of queues.
    os.environ["MOTO_PORT"] = str(server.port)
    os.write(report, json.dumps({"port": server.port, "version": moto.__version__}).encode() + b"\n")
    os.close(report)
    threading.Thread(target=load, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
