@kubernetes @K1
Feature: A node port number that a partner has too
  When endpoints of UDP Services change, kube-proxy forgets stale flows. It looks at the destination's port alone: a flow
  towards the partner's node port is stale to it when its own cluster has a Service on that number. The answers to a request
  that is still pending then reach the node and nobody behind it.

  @RFC3581-4
  Scenario: The same number: the 200 of a call that rings is lost
    Given the working configuration, changed in
      | commencement | manual |
    And every UE is registered and affiliated
    And agency a's operator exposes something else on the node port of a partner
    When a-ue-1 calls the campaign
    Then every other UE than a-ue-1 rings
    When agency a's operator changes the endpoints of another Service
    And b-ue-1 answers
    Then the symptom is "flow-forgotten"
    When a-ue-1 hangs up
    Then the symptom is "flow-forgotten" with the consequence "source-port-changed"

  Scenario: Numbers of its own: the same change disturbs nobody
    Given the working configuration, changed in
      | commencement | manual |
    And every UE is registered and affiliated
    And agency a's operator exposes something else on a node port of its own
    When a-ue-1 calls the campaign
    Then every other UE than a-ue-1 rings
    When agency a's operator changes the endpoints of another Service
    And every other UE than a-ue-1 answers
    Then by now every leg has its INVITE, its 200 and its ACK
    And the floor is granted to a-ue-1 and taken to all other members
    When a-ue-1 hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows
