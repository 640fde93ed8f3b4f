@variation @trafficPolicy
Feature: What the Services' traffic policy does to a rule by source address
  With externalTrafficPolicy Local (in all other features) a pod sees who sent. With Cluster kube-proxy puts the node's own
  address in its place: every source is the same, and no rule by source can hold.

  @RFC3261-13.2.2.4
  Scenario Outline: Cluster, and an edge that asks for the listener and the name alone: called by <caller>
    Given the working configuration, changed in
      | trafficPolicy      | Cluster |
      | edge.partnerSource | any     |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the ACK of each crossing dialog passes every pod once, within T1 of its 200
    And the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    And RTP, floor control and SIP are translated at both nodes
    And the floor is idle again
    When <answerer> talks for 40 packets
    Then the floor is granted to <answerer> and taken to all other members
    And every other member hears all 40 packets of <answerer>'s burst after the first 5
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller | answerer |
      | a-ue-1 | b-ue-2   |
      | b-ue-1 | a-ue-2   |

  Scenario Outline: Cluster, and an edge that knows partners by their nodes' addresses: called by <caller>
    Given the working configuration, changed in
      | trafficPolicy | Cluster |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the crossing INVITE is refused with 403 by the other agency's edge
    And the ACK of the refusal reaches the edge that refused
    And agency a's edge accepts the REGISTER of its own clients
    And agency b's edge accepts the REGISTER of its own clients
    And the symptom is "agency-treated-as-client"

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |

  @declared @RFC3325-5
  Scenario: Declared limit: without a rule by source anybody who speaks in the partner's name is let in as the partner
    Given the working configuration, changed in
      | trafficPolicy      | Cluster |
      | edge.partnerSource | any     |
      | strangers          | present |
    And every UE is registered and affiliated
    When a-ue-1 calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    When a-ue-1 hangs up
    Then every leg is ended by a BYE and its 200
    When the genuine crossing INVITE is replayed by b-stranger at the agency port of agency b
    Then what b-stranger forged reaches the server in the name of a partner
