package main

import "fmt"

// templatedKinds are the claims that are made from a template for each pod; those that stand more often are what clusters
// have most of.
var templatedKinds = []string{"plain", "plain", "plain", "plain", "part", "part", "part", "share", "share", "net", "net", "match", "distinct",
	"pair", "tolerating", "first", "all", "admin", "whole", "bind", "unknown", "absent", "twice", "twice", "allocated"}

// templated gives a pod claims that the pods of its template have alike, each its own. Some pods name a claim that was made
// for another one, or lack theirs.
func (g *generator) templated(pod object, kind string, devices object, id any) {
	meta, spec := pod["metadata"].(object), pod["spec"].(object)
	if g.requests == nil {
		g.requests = map[string]object{}
	}
	known := g.requests[fmt.Sprint(id)]
	if known == nil {
		known = devices
		g.requests[fmt.Sprint(id)] = known
	}
	namespace := meta["namespace"].(string)
	meta["uid"] = fmt.Sprint("uid-", meta["name"])
	last := "last " + namespace
	entries, statuses := list{}, list{}
	add := func(entry string, devices object) object {
		g.claims++
		name := fmt.Sprintf("devices-%03d", g.claims)
		claim := object{"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": object{"name": name, "namespace": namespace, "uid": "uid-" + name,
			"ownerReferences": list{object{"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"], "controller": true}}}, "spec": object{"devices": devices}}
		g.objects = append(g.objects, claim)
		entries = append(entries, object{"name": entry, "resourceClaimTemplateName": "template"})
		statuses = append(statuses, object{"name": entry, "resourceClaimName": name})
		g.shared[last] = name
		return claim
	}
	switch {
	case g.chance(0.04) && g.shared[last] != "":
		entries = append(entries, object{"name": "device", "resourceClaimName": g.shared[last]})
	case g.chance(0.02): // its claim is not there yet
		entries = append(entries, object{"name": "device", "resourceClaimTemplateName": "template"})
	case g.chance(0.02):
		add("device", known)["metadata"].(object)["deletionTimestamp"] = "2026-01-01T00:00:00Z"
	case g.chance(0.02): // its template asks for no claim
		add("device", known)
		entries = append(entries, object{"name": "none", "resourceClaimTemplateName": "other"})
		statuses = append(statuses, object{"name": "none"})
	default:
		add("device", known)
		if kind == "twice" {
			add("more", known)
		}
	}
	spec["resourceClaims"] = entries
	if len(statuses) > 0 {
		pod["status"] = object{"resourceClaimStatuses": statuses}
	}
}
