package main

import "fmt"

// Pods whose claims are alike, as a StatefulSet makes them, next to claims that several pods share, that are bound to
// zonal volumes, that choose among volumes, or that something is wrong with.

const disksDriver, poolsDriver = "disks.example.com", "pools.example.com"

// claimKinds are what a template's pods have; those that stand more often are what clusters have most of.
var claimKinds = []string{"set", "set", "set", "pair", "placed", "placed", "placed", "placed", "shared", "sharedwait", "mix",
	"once", "onceshared", "local", "shelf", "pooled", "pooled", "ephemeral", "twin", "attached", "selected", "reserved", "wrong", "disk"}

func (g *generator) claimable() {
	add := func(kind, name string, fields object) {
		o := object{"apiVersion": "storage.k8s.io/v1", "kind": kind, "metadata": object{"name": name}}
		for k, v := range fields {
			o[k] = v
		}
		g.objects = append(g.objects, o)
	}
	class := func(name, provisioner string, extra object) {
		fields := object{"provisioner": provisioner, "volumeBindingMode": "WaitForFirstConsumer"}
		for k, v := range extra {
			fields[k] = v
		}
		add("StorageClass", name, fields)
	}
	add("CSIDriver", disksDriver, object{"spec": object{"preventPodSchedulingIfMissing": g.chance(0.2)}})
	add("CSIDriver", poolsDriver, object{"spec": object{"storageCapacity": true}})
	class("fast", disksDriver, nil)
	class("bound", disksDriver, object{"volumeBindingMode": "Immediate"})
	class("zonal", disksDriver, object{"allowedTopologies": list{
		object{"matchLabelExpressions": list{object{"key": zoneKey, "values": list{g.one(zones), g.one(zones)}}}},
		object{"matchLabelExpressions": list{object{"key": zoneKey, "values": list{g.one(zones)}}, object{"key": "disk", "values": list{"ssd", "nvme"}}}}}})
	class("pooled", poolsDriver, nil)
	class("local", "kubernetes.io/no-provisioner", nil)
	class("shelf", disksDriver, nil)
	for _, zone := range zones {
		if g.chance(0.8) {
			add("CSIStorageCapacity", "pool-"+zone, object{"nodeTopology": object{"matchLabels": object{zoneKey: zone}}, "storageClassName": "pooled", "capacity": fmt.Sprintf("%dGi", 5+5*g.Intn(8))})
			g.objects[len(g.objects)-1].(object)["metadata"].(object)["namespace"] = "default"
		}
		for n := range g.Intn(5) {
			g.persistent(fmt.Sprintf("shelf-%s-%d", zone, n), "shelf", zone, object{"csi": object{"driver": disksDriver, "volumeHandle": fmt.Sprintf("shelf-%s-%d", zone, n)}}, nil)
		}
	}
	for i := range g.nodes {
		name := fmt.Sprintf("node-%03d", i)
		if g.chance(0.9) {
			drivers := list{}
			for _, driver := range []string{disksDriver, poolsDriver, "pd.csi.storage.gke.io"} {
				if g.chance(0.9) {
					d := object{"name": driver, "nodeID": name, "topologyKeys": list{zoneKey}}
					if g.chance(0.75) {
						d["allocatable"] = object{"count": 1 + g.Intn(6)}
					}
					drivers = append(drivers, d)
				}
			}
			add("CSINode", name, object{"spec": object{"drivers": drivers}})
		}
		if g.chance(0.35) {
			affinity := list{object{"matchExpressions": list{object{"key": hostname, "operator": "In", "values": list{name}}}}}
			g.persistent("local-"+name, "local", "", object{"local": object{"path": "/mnt"}, "nodeAffinity": object{"required": object{"nodeSelectorTerms": affinity}}}, nil)
		}
	}
}

// persistent makes a volume that is free, or that a claim has.
func (g *generator) persistent(name, class, zone string, fields object, claimRef object) {
	spec := object{"capacity": object{"storage": fmt.Sprintf("%dGi", 5+g.Intn(10))}, "accessModes": list{"ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"}, "storageClassName": class}
	for k, v := range fields {
		spec[k] = v
	}
	labels := object{}
	if zone != "" {
		key := g.one([]string{zoneKey, zoneKey, zoneKey, "failure-domain.beta.kubernetes.io/zone"})
		if g.chance(0.7) {
			labels[key] = zone
		}
		spec["nodeAffinity"] = object{"required": object{"nodeSelectorTerms": list{object{"matchExpressions": list{object{"key": zoneKey, "operator": "In", "values": list{zone}}}}}}}
	}
	status := object{"phase": "Available"}
	if claimRef != nil {
		spec["claimRef"], status["phase"] = claimRef, "Bound"
	}
	g.objects = append(g.objects, object{"apiVersion": "v1", "kind": "PersistentVolume", "metadata": object{"name": name, "labels": labels}, "spec": spec, "status": status})
}

// claimed gives a pod the claims of its template's kind.
func (g *generator) claimed(pod, template object, bound bool) {
	kind, id := template["claims"].(string), template["claimsID"].(string)
	meta, spec := pod["metadata"].(object), pod["spec"].(object)
	namespace := meta["namespace"].(string)
	if bound && (kind == "set" || kind == "pair" || kind == "local" || kind == "shelf" || kind == "sharedwait" || kind == "selected" || kind == "reserved" || kind == "wrong" || kind == "once") {
		kind = "placed"
	}
	if key := namespace + "/" + id; kind == "onceshared" && bound {
		// the reference counts on it that one pod at most has such a claim
		if g.shared[key] != "" {
			kind = "placed"
		}
		g.shared[key] = "taken"
	}
	volumes := list{}
	mount := func(claim string) {
		volumes = append(volumes, object{"name": fmt.Sprintf("v%d", len(volumes)), "persistentVolumeClaim": object{"claimName": claim}})
	}
	name := fmt.Sprint("data-", meta["name"])
	size := int(id[len(id)-1]) % 3
	unbound := func(claim, class, mode string) object {
		pvc := object{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": object{"name": claim, "namespace": namespace, "uid": "uid-" + claim},
			"spec": object{"accessModes": list{mode}, "resources": object{"requests": object{"storage": fmt.Sprintf("%dGi", 4+2*size)}}, "storageClassName": class}, "status": object{"phase": "Pending"}}
		g.objects = append(g.objects, pvc)
		return pvc
	}
	boundTo := func(claim, handle, zone, mode string) {
		pvc := unbound(claim, "bound", mode)
		volume := "pv-" + namespace + "-" + claim
		pvc["spec"].(object)["volumeName"] = volume
		pvc["metadata"].(object)["annotations"] = object{"pv.kubernetes.io/bind-completed": "yes"}
		pvc["status"] = object{"phase": "Bound"}
		source := object{"csi": object{"driver": disksDriver, "volumeHandle": handle}}
		g.persistent(volume, "bound", zone, source, object{"kind": "PersistentVolumeClaim", "namespace": namespace, "name": claim, "uid": "uid-" + claim})
	}
	// of a template's pods, or of those in one of its zones
	once := func(key string, make func(claim string)) string {
		claim := "shared-" + id + key
		if g.shared[namespace+"/"+claim] == "" {
			g.shared[namespace+"/"+claim] = claim
			make(claim)
		}
		return claim
	}
	shared := func() {
		mount(once("", func(claim string) { boundTo(claim, claim, g.one([]string{"", "", g.one(zones)}), "ReadWriteMany") }))
	}
	zone := zones[(int(id[len(id)-1])+g.Intn(2))%len(zones)]
	switch kind {
	case "set", "pair", "local", "shelf", "pooled":
		class := map[string]string{"set": template["class"].(string), "pair": template["class"].(string)}[kind]
		if class == "" {
			class = kind
		}
		unbound(name, class, "ReadWriteOnce")
		mount(name)
		if kind == "pair" {
			unbound("more-"+name, class, "ReadWriteOnce")
			mount("more-" + name)
		}
	case "placed", "once":
		boundTo(name, name, zone, map[string]string{"placed": "ReadWriteOnce", "once": "ReadWriteOncePod"}[kind])
		mount(name)
	case "shared":
		shared()
	case "mix":
		shared()
		boundTo(name, name, zone, "ReadWriteOnce")
		mount(name)
	case "sharedwait":
		mount(once("", func(claim string) { unbound(claim, template["class"].(string), "ReadWriteMany") }))
	case "onceshared":
		mount(once("", func(claim string) { boundTo(claim, claim, "", "ReadWriteOncePod") }))
	case "ephemeral":
		meta["uid"] = fmt.Sprint("uid-", meta["name"])
		pvc := unbound(fmt.Sprint(meta["name"], "-data"), template["class"].(string), "ReadWriteOnce")
		pvc["metadata"].(object)["ownerReferences"] = list{object{"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"], "controller": true}}
		volumes = append(volumes, object{"name": "data", "ephemeral": object{"volumeClaimTemplate": object{"spec": pvc["spec"]}}})
	case "twin":
		boundTo(name, fmt.Sprintf("twin-%d", g.Intn(3)), zone, "ReadWriteOnce")
		mount(name)
	case "attached":
		boundTo(name, name, zone, "ReadWriteOnce")
		mount(name)
		if g.chance(0.6) {
			shared()
		}
		if g.chance(0.7) {
			node := fmt.Sprintf("node-%03d", g.Intn(g.nodes))
			g.objects = append(g.objects, object{"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "metadata": object{"name": "attached-" + namespace + name},
				"spec": object{"attacher": disksDriver, "nodeName": node, "source": object{"persistentVolumeName": "pv-" + namespace + "-" + name}}})
		}
	case "selected":
		pvc := unbound(name, "fast", "ReadWriteOnce")
		pvc["metadata"].(object)["annotations"] = object{"volume.kubernetes.io/selected-node": fmt.Sprintf("node-%03d", g.Intn(min(2, g.nodes)))}
		mount(name)
	case "reserved":
		unbound(name, "shelf", "ReadWriteOnce")
		mount(name)
		if g.chance(0.5) {
			g.persistent("reserved-"+namespace+"-"+name, "shelf", zone, object{"csi": object{"driver": disksDriver, "volumeHandle": "reserved-" + name},
				"claimRef": object{"kind": "PersistentVolumeClaim", "namespace": namespace, "name": name}}, nil)
		}
	case "wrong":
		switch g.Intn(4) {
		case 0: // there is no such claim
		case 1:
			unbound(name, "bound", "ReadWriteOnce")
		case 2:
			unbound(name, "fast", "ReadWriteOnce")["metadata"].(object)["deletionTimestamp"] = "2026-01-01T00:00:00Z"
		case 3:
			boundTo(name, name, zone, "ReadWriteOnce")
			g.objects = g.objects[:len(g.objects)-1] // its volume is gone
		}
		mount(name)
	case "disk":
		volumes = append(volumes, object{"name": "disk", "gcePersistentDisk": object{"pdName": g.one([]string{"disk-a", "disk-b"}), "readOnly": g.chance(0.5)}})
	}
	spec["volumes"] = volumes
}
