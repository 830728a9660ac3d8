// What the page shows before there is anything to show.
import { Inputs, type AddSources } from './sources.tsx';

const KINDS =
  'nodes,pods,namespaces,services,replicationcontrollers,replicasets,statefulsets,persistentvolumeclaims,persistentvolumes,storageclasses,priorityclasses';

export function Start({ onAdd, onPasted }: { onAdd: AddSources; onPasted: (text: string) => void }) {
  return (
    <section class="start" aria-label="Start">
      <h1>Where would these pods go?</h1>
      <p>
        Drop a snapshot of a cluster here, and the manifests that you mean to apply. coset decides as
        kube-scheduler would, in this page: nothing is sent anywhere.
      </p>
      <Inputs isFirst onAdd={onAdd} onPasted={onPasted} />
      <h2>A snapshot is one of these</h2>
      <dl class="commands">
        <div>
          <dt>with coset</dt>
          <dd>
            <code>coset snapshot cluster.json</code>
          </dd>
        </div>
        <div>
          <dt>with kubectl</dt>
          <dd>
            <code>kubectl get {KINDS.replaceAll(',', ',\u200b')} -A -o json &gt; cluster.json</code>
          </dd>
        </div>
      </dl>
      <p class="muted">
        Manifests are YAML or JSON: pods, Deployments, StatefulSets, Jobs and what else makes pods. Without
        one, the pods that wait in the cluster are planned.
      </p>
    </section>
  );
}
