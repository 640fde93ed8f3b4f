@kubernetes
Feature: The edge's pod goes, and another one comes
  Flows lead to a pod's address and what an edge remembers is in its process. kube-proxy turns flows to the next pod as soon as
  the Service has an endpoint again, and not before; dialogs and registrations are gone in any case.

  @K2
  Scenario: No pod for a while: what the partner sends leaves the node again, for an address that nobody has
    Given the working configuration, changed in
      | edge.successor | prepared |
    And every UE is registered and affiliated
    When a-ue-1 calls the campaign
    Then every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to a-ue-1 and taken to all other members
    When agency b's operator scales the edge down
    And a-ue-1 talks for 20 packets
    Then the symptom is "pod-gone"
    When agency b's operator scales the edge up
    And a-ue-1 talks for 20 packets
    Then what comes from a partner reaches the pod that has taken over from agency b's edge
    When a-ue-1 hangs up
    Then the symptom is "pod-gone" with the consequence "dialog-lost"

  @K3 @RFC3261-12.2.2
  Scenario: Rolled out in the middle of a call: no packet is lost, and the dialog is
    Given the working configuration, changed in
      | edge.successor | prepared |
    And every UE is registered and affiliated
    When a-ue-1 calls the campaign
    Then every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to a-ue-1 and taken to all other members
    When agency b's operator rolls out the edge
    And a-ue-1 talks for 20 packets
    Then what comes from a partner reaches the pod that has taken over from agency b's edge
    And no member of agency b hears a-ue-1's burst
    When a-ue-1 hangs up
    Then the symptom is "dialog-lost"

  @K3
  Scenario: Rolled out between two calls: UEs register again, and the next call is heard
    Given the working configuration, changed in
      | edge.successor | prepared |
    And every UE is registered and affiliated
    When agency b's operator rolls out the edge
    And every UE is registered and affiliated
    And a-ue-1 calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to a-ue-1 and taken to all other members
    When a-ue-1 talks for 40 packets
    Then every other member hears all 40 packets of a-ue-1's burst after the first 5
    When a-ue-1 hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows
