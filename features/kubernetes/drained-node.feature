@kubernetes @K5
Feature: The node of the edge is drained
  The edge comes up on the cluster's other node. Partners go on sending to the node that they know; with externalTrafficPolicy
  Local it drops what it has no pod for, and does not say so. With Cluster it passes it on, and the edge goes on showing that node:
  an edge that latches to the address that signalling came from (RFC 7362) must have media come in by the same node.

  Scenario: In the middle of a call, with Local: what the partner sends is dropped in silence
    Given the working configuration, changed in
      | edge.successor | prepared |
      | partnerNodes   | 2        |
    And every UE is registered and affiliated
    When a-ue-1 calls the campaign
    Then every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to a-ue-1 and taken to all other members
    When agency b's operator drains the node of the edge
    And a-ue-1 talks for 20 packets
    Then no member of agency b hears a-ue-1's burst
    When a-ue-1 hangs up
    Then the symptom is "no-pod-on-node"

  Scenario: Between two calls, with Cluster: any node passes on what comes, and the next call is heard
    Given the working configuration, changed in
      | edge.successor     | prepared |
      | partnerNodes       | 2        |
      | trafficPolicy      | Cluster  |
      | edge.partnerSource | any      |
    And every UE is registered and affiliated
    When agency b's operator drains the node of the edge
    And every UE is registered and affiliated
    And a-ue-1 calls the campaign
    Then every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to a-ue-1 and taken to all other members
    When a-ue-1 talks for 40 packets
    Then every other member hears all 40 packets of a-ue-1's burst after the first 5
    When a-ue-1 hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows
